import Foundation

/// A self-signed certificate for one test.
public final class Certificate: Sendable {
    private let folder: ScratchFolder

    /// Creates a certificate for a name such as `IP:127.0.0.1` or `DNS:mail.example`.
    public init(for name: String) throws {
        guard let openSSL = Installed.openSSL else { throw TestFailure(description: "openssl is not installed.") }
        folder = try ScratchFolder()
        _ = try ChildProcess.run(
            openSSL,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=intro test", "-addext", "subjectAltName=\(name)", "-keyout", "\(folder.path)/key",
                "-out", "\(folder.path)/certificate",
            ]
        )
    }

    /// The path of the certificate file.
    public var path: String { "\(folder.path)/certificate" }

    var keyPath: String { "\(folder.path)/key" }
}
