import Glibc
import LocalPostgres

/// The free space of a file system.
struct DiskSpace: Equatable, Sendable {
    /// The octets that a user without privileges may still write.
    let available: UInt64
    /// The size in octets.
    let total: UInt64

    private static let gibibyte: UInt64 = 1 << 30

    /// Returns the result of the check: below 256 MiB is a problem; below 1 GiB, or below 5 % if that is less than
    /// 20 GiB, is a warning.
    var result: DoctorCheck.Result {
        if available < Self.gibibyte / 4 { return .problem }
        let isSmallShare = available < total / 20 && available < 20 * Self.gibibyte
        return available < Self.gibibyte || isSmallShare ? .warning : .ok
    }

    /// The space in words, such as `12.5 GiB of 40.0 GiB free`.
    var text: String { "\(Self.text(available)) of \(Self.text(total)) free" }

    private static func text(_ octets: UInt64) -> String {
        let tenths = octets * 10 / gibibyte
        return "\(tenths / 10).\(tenths % 10) GiB"
    }
}

extension Intro {
    /// Checks the space of each file system that holds Intro's own data.
    func diskChecks() -> [DoctorCheck] {
        var folders = [("home", settings.home), ("the journal", "\(settings.home)/journal")]
        if settings.database.location == .local, let server = try? localServer {
            folders.append(("the private database", server.status.data))
        }
        var systems: [(id: [Int32], names: [String], path: String, space: DiskSpace)] = []
        for (name, path) in folders {
            guard let found = fileSystem(of: path) else { continue }
            if let index = systems.firstIndex(where: { $0.id == found.id }) {
                systems[index].names.append(name)
            } else {
                systems.append((found.id, [name], path, found.space))
            }
        }
        return systems.map { system in
            let message = "\(system.names.joined(separator: ", ")) (\(system.path)): \(system.space.text)"
            guard system.space.result != .ok else { return .ok("disk", message) }
            return DoctorCheck(
                name: "disk", result: system.space.result, message: message,
                hint: "free some space: nothing is sent when the journal cannot be written")
        }
    }
}

/// Returns the identity and the space of the file system of a path, or of its nearest folder that can be reached.
private func fileSystem(of path: String) -> (id: [Int32], space: DiskSpace)? {
    var path = path[...]
    var facts = statvfs()
    while statvfs(path.isEmpty ? "/" : String(path), &facts) != 0 {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        path = path[..<slash]
    }
    var status = stat()
    guard stat(path.isEmpty ? "/" : String(path), &status) == 0 else { return nil }
    let block = UInt64(facts.f_frsize)
    return (
        [Int32(truncatingIfNeeded: status.st_dev), Int32(truncatingIfNeeded: status.st_dev >> 32)],
        DiskSpace(available: UInt64(facts.f_bavail) * block, total: UInt64(facts.f_blocks) * block)
    )
}
