import Foundation

extension TestServer {
    /// Suspends all processes of this server, as if the host hung: sockets stay open, and nothing answers.
    ///
    /// - Throws: ``TestServerFailure`` where the server was not started by the tests.
    public func freeze() throws {
        for process in try cluster.processes() { kill(process, SIGSTOP) }
    }

    /// Kills all processes of this server, even if it is frozen.
    ///
    /// - Throws: ``TestServerFailure`` where the server was not started by the tests.
    public func destroy() throws {
        for process in try cluster.processes() { kill(process, SIGKILL) }
    }
}

extension PrivateCluster {
    /// Returns the server's main process and its children.
    fileprivate func processes() throws -> [pid_t] {
        let file = try String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        guard let first = file.split(separator: "\n").first.flatMap({ pid_t($0) }) else { return [] }
        let all = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
        // The parent's ID is the second field after the name, which is in parentheses.
        let children = all.filter { process in
            let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
            let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && pid_t(fields[1]) == first
        }
        return [first] + children
    }
}
