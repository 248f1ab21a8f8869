import Foundation
import Postgres

extension TestServer {
    /// Starts a separate server with TLS and a self-signed certificate, on a loopback address of its own.
    ///
    /// - Parameter days: The number of days until the certificate expires; a negative one for an expired certificate.
    /// - Returns: The server, and the address for connections with TLS.
    /// - Throws: ``TestServerFailure`` or `PostgresError`.
    public static func startEncrypted(certificateDays days: Int) async throws -> (server: TestServer, address: String) {
        let octets = (0..<3).map { _ in "\(Int.random(in: 1...254))" }
        let address = "127.\(octets.joined(separator: "."))"
        let cluster = try await PrivateCluster.make(settings: "listen_addresses = '\(address)'\n")
        let (key, request, certificate) = (
            "\(cluster.folder)/key", "\(cluster.folder)/request", "\(cluster.folder)/certificate"
        )
        try await cluster.run(
            "openssl", ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
            ["-subj", "/CN=intro test", "-keyout", key, "-out", request])
        try await cluster.run(
            "openssl", ["x509", "-req", "-in", request, "-signkey", key],
            ["-days", "\(days)", "-out", certificate])
        let server = TestServer(cluster)
        for (name, value) in [("ssl_key_file", key), ("ssl_cert_file", certificate), ("ssl", "on")] {
            try await server.administration.query("ALTER SYSTEM SET \(unsafeSQL: name) = '\(unsafeSQL: value)'")
        }
        try await server.administration.query("SELECT pg_reload_conf()")
        try await wait(until: "the server uses TLS") {
            try await server.administration.query("SELECT current_setting('ssl')").decode(String.self) == ["on"]
        }
        return (server, address)
    }
}
