import Foundation

/// The programs that tests use where they are installed.
public enum Installed {
    /// Postfix's mail sink, from Debian's package `postfix`.
    public static let smtpSink = find("smtp-sink")
    /// OpenSSL's command, to make certificates.
    public static let openSSL = find("openssl")
    /// What judges unit files, from Debian's package `systemd`.
    public static let systemdAnalyze = find("systemd-analyze")
    /// What checks and tests alert rules, from Debian's package `prometheus`.
    public static let promtool = find("promtool")
    /// A connection pooler, from Debian's package `pgbouncer`.
    public static let pgBouncer = find("pgbouncer")
    /// The Python to run helpers with: `INTRO_TEST_PYTHON`, else `python3`.
    public static let python = ProcessInfo.processInfo.environment["INTRO_TEST_PYTHON"] ?? find("python3")

    /// Whether mounts can be made that no other process sees: as root, and not in most containers.
    public static let canMountPrivately =
        geteuid() == 0
        && (try? ChildProcess.run("/usr/bin/unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"])) != nil

    /// Whether networks can be made that no other process is in: as root, with `ip` of Debian's package `iproute2`.
    public static let canMakeNetworks =
        geteuid() == 0
        && (try? ChildProcess.run(
            "/usr/bin/unshare", ["--net", "ip", "link", "add", "one", "type", "veth", "peer", "name", "two"])) != nil

    /// Whether the Python has a module.
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
