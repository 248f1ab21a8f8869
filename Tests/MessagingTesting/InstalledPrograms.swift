import Foundation

/// The external programs that tests use if they are installed.
public enum InstalledPrograms {
    /// Postfix's mail sink, from Debian's package `postfix`.
    public static let smtpSink = find("smtp-sink")
    /// OpenSSL's command, which creates certificates.
    public static let openSSL = find("openssl")
    /// The checker of unit files, from Debian's package `systemd`.
    public static let systemdAnalyze = find("systemd-analyze")
    /// The checker of alert rules, from Debian's package `prometheus`.
    public static let promtool = find("promtool")
    /// A connection pooler, from Debian's package `pgbouncer`.
    public static let pgBouncer = find("pgbouncer")
    /// The manager of PostgreSQL clusters, from Debian's package `patroni`.
    public static let patroni = find("patroni")
    /// The Python that runs helper scripts: `INTRO_TEST_PYTHON`, else `python3`.
    public static let python = ProcessInfo.processInfo.environment["INTRO_TEST_PYTHON"] ?? find("python3")

    /// Whether private mounts can be created: as root, and not in most containers.
    public static let canMountPrivately =
        geteuid() == 0
        && (try? ChildProcess.run("/usr/bin/unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"])) != nil

    /// Whether network namespaces can be created: as root, with `ip` of Debian's package `iproute2`.
    public static let canMakeNetworks =
        geteuid() == 0
        && (try? ChildProcess.run(
            "/usr/bin/unshare", ["--net", "ip", "link", "add", "one", "type", "veth", "peer", "name", "two"])) != nil

    /// Returns whether Python has a module.
    public static func pythonHas(_ module: String) -> Bool {
        guard let python else { return false }
        return (try? ChildProcess.run(python, ["-c", "import \(module)"])) != nil
    }

    private static func find(_ program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
