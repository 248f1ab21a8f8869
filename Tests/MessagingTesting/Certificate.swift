import Foundation

/// A self-signed certificate for one test.
public final class Certificate: Sendable {
    private let folder: ScratchFolder

    /// Creates a certificate.
    ///
    /// - Parameters:
    ///   - name: Its name, such as `IP:127.0.0.1` or `DNS:mail.example`.
    ///   - days: The number of days until it expires; a negative one for an expired certificate.
    /// - Throws: ``TestFailure`` where openssl is missing or fails.
    public init(for name: String, days: Int = 100) throws {
        guard let openSSL = InstalledPrograms.openSSL else {
            throw TestFailure(description: "openssl is not installed.")
        }
        folder = try ScratchFolder()
        let path = folder.path
        try "subjectAltName=\(name)\n".write(toFile: "\(path)/extensions", atomically: false, encoding: .utf8)
        _ = try ChildProcess.run(
            openSSL,
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj", "/CN=intro test", "-keyout", "\(path)/key", "-out", "\(path)/request",
            ])
        // Unlike `req -x509`, it accepts a negative number of days.
        _ = try ChildProcess.run(
            openSSL,
            [
                "x509", "-req", "-in", "\(path)/request", "-signkey", "\(path)/key", "-days", "\(days)",
                "-extfile", "\(path)/extensions", "-out", "\(path)/certificate",
            ])
    }

    /// The path of the certificate file.
    public var path: String { "\(folder.path)/certificate" }

    var keyPath: String { "\(folder.path)/key" }
}
