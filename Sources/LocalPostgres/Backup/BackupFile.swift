import Glibc
import SystemPackage

/// A back-up that was read and whose checksum is right.
///
/// The file is a dump in pg_dump's custom format, which `pg_restore` also reads by itself, followed by the manifest as
/// JSON and a footer of 48 octets: `INTROBK1`, the length of the manifest (8 octets), and the SHA-256 digest of
/// everything before the digest.
public struct BackupFile: Sendable {
    /// The path.
    public let path: String
    /// The facts about the back-up.
    public let manifest: BackupManifest
    /// The size in octets.
    public let size: Int
    /// The open file.
    let descriptor: FileDescriptor

    private static let mark = Array("INTROBK1".utf8)
    private static let footerLength = mark.count + 8 + SHA256.length

    /// Opens a back-up, checks it, and runs a body with it.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - body: The body.
    /// - Returns: The result of the body.
    /// - Throws: A ``BackupError`` if it cannot be read or is not a complete back-up, or the error of the body.
    public static func open<Result>(_ path: String, _ body: (BackupFile) async throws -> Result) async throws -> Result
    {
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw BackupError.last(path) }
        defer { close(number) }
        return try await body(BackupFile(descriptor: FileDescriptor(rawValue: number), path: path))
    }

    /// Reads an open file from its beginning, and checks it.
    ///
    /// - Throws: A ``BackupError``.
    init(descriptor: FileDescriptor, path: String) throws {
        var facts = stat()
        guard fstat(descriptor.rawValue, &facts) == 0 else { throw BackupError.last(path) }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw BackupError.unusable(path: path, reason: "it is not a regular file")
        }
        let size = Int(facts.st_size)
        let footer = try Self.read(descriptor, path, from: max(0, size - Self.footerLength), count: Self.footerLength)
        let length = footer.dropFirst(Self.mark.count).prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        guard footer.count == Self.footerLength, footer.starts(with: Self.mark), length <= size - footer.count else {
            throw try Self.strange(descriptor, path)
        }
        guard try Self.digest(descriptor, path, of: size - SHA256.length) == footer.suffix(SHA256.length) else {
            throw BackupError.invalid(path: path, reason: "it is damaged: its checksum differs")
        }
        let start = size - footer.count - Int(length)
        guard let manifest = BackupManifest(try Self.read(descriptor, path, from: start, count: Int(length))),
            manifest.format == BackupManifest.currentFormat
        else { throw BackupError.newerFormat(path: path) }
        (self.path, self.manifest, self.size, self.descriptor) = (path, manifest, size, descriptor)
    }

    /// Completes a dump with its manifest and the footer.
    static func complete(_ descriptor: FileDescriptor, path: String, with manifest: BackupManifest) throws {
        let size = lseek(descriptor.rawValue, 0, SEEK_END)
        guard size >= 0 else { throw BackupError.last(path) }
        let sum = try hash(descriptor, path, of: Int(size))
        let encoded = try manifest.encoded
        let end = encoded + mark + UInt64(encoded.count).octets
        sum.update(end)
        let octets = end + sum.digest()
        var written = 0
        while written < octets.count {
            let count = octets[written...].withUnsafeBytes {
                pwrite(descriptor.rawValue, $0.baseAddress, $0.count, off_t(size) + off_t(written))
            }
            guard count >= 0 || errno == EINTR else { throw BackupError.last(path) }
            written += max(0, count)
        }
    }

    /// Returns the error for a file without a footer.
    private static func strange(_ descriptor: FileDescriptor, _ path: String) throws -> BackupError {
        let isDump = try read(descriptor, path, from: 0, count: 5) == Array("PGDMP".utf8)
        return .invalid(
            path: path,
            reason: isDump
                ? "its end is missing, or it was made by pg_dump alone"
                : "it is not a file of `intro backup`")
    }

    private static func digest(_ descriptor: FileDescriptor, _ path: String, of count: Int) throws -> [UInt8] {
        try hash(descriptor, path, of: count).digest()
    }

    private static func hash(_ descriptor: FileDescriptor, _ path: String, of count: Int) throws -> SHA256 {
        let hash = SHA256()
        var position = 0
        while position < count {
            let part = try read(descriptor, path, from: position, count: min(1 << 16, count - position))
            guard !part.isEmpty else { throw BackupError.invalid(path: path, reason: "its end is missing") }
            hash.update(part)
            position += part.count
        }
        return hash
    }

    /// Reads up to a number of octets; fewer at the end of the file.
    private static func read(
        _ descriptor: FileDescriptor, _ path: String, from start: Int, count: Int
    ) throws -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = octets.withUnsafeMutableBytes {
                pread(
                    descriptor.rawValue, $0.baseAddress.map { $0 + filled }, count - filled, off_t(start + filled))
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw BackupError.last(path) }
            guard read > 0 else { break }
            filled += read
        }
        return Array(octets.prefix(filled))
    }
}

extension FixedWidthInteger {
    /// The octets, the most significant one first.
    fileprivate var octets: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
