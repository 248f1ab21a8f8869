import Foundation

extension TestServer {
    /// Stops every process of this server where it is, as a host that hangs: sockets stay open and nothing answers.
    ///
    /// - Throws: ``TestServerFailure`` where the server is not one of the tests' own.
    public func freeze() throws {
        for process in try cluster.processes() { kill(process, SIGSTOP) }
    }

    /// Kills every process of this server, also of a frozen one.
    ///
    /// - Throws: ``TestServerFailure`` where the server is not one of the tests' own.
    public func destroy() throws {
        for process in try cluster.processes() { kill(process, SIGKILL) }
    }
}

extension PrivateCluster {
    /// The server's first process, and those that it has started.
    fileprivate func processes() throws -> [pid_t] {
        let file = try String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        guard let first = file.split(separator: "\n").first.flatMap({ pid_t($0) }) else { return [] }
        let all = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
        // The parent's number is the second field after the name, which stands in brackets.
        let children = all.filter { process in
            let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
            let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && pid_t(fields[1]) == first
        }
        return [first] + children
    }
}
