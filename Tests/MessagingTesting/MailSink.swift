import Foundation
import LoopbackTesting

/// Postfix's `smtp-sink` on a loopback port chosen by the kernel, which stores mail as files and injects faults.
public final class MailSink: Sendable {
    /// A step of the SMTP session, as `smtp-sink` names it.
    public enum Step: String, Sendable, CaseIterable {
        /// The connection itself.
        case connect = "CONNECT"
        /// EHLO and HELO; without STARTTLS, clients fall back to HELO.
        case introduction = "EHLO,HELO"
        /// MAIL.
        case mail = "MAIL"
        /// RCPT.
        case rcpt = "RCPT"
        /// DATA.
        case data = "DATA"
        /// The end of the message.
        case dot = "."
    }

    /// A fault that occurs each time.
    public enum Fault: Hashable, Sendable {
        /// A 450 reply (`-r`).
        case rejectForNow(Step)
        /// A 500 reply (`-f`).
        case rejectForGood(Step)
        /// The connection is closed without a reply (`-q`).
        case disconnect(Step)
        /// A 421 reply, after which the connection is closed (`-Q`).
        case shutDown(Step)
        /// The reply is delayed by a number of seconds (`-W`).
        case delay(Step, seconds: Int)
        /// A 550 reply during the message, a number of seconds after 354 (`-A`).
        case abortBody(seconds: Int)
    }

    /// The URL of the sink, without TLS.
    public let url: String

    private let folder: ScratchFolder
    private let process: ChildProcess

    private init(port: Int, folder: ScratchFolder, process: ChildProcess) {
        url = "smtp://127.0.0.1:\(port)/intro.test?tls=none"
        self.folder = folder
        self.process = process
    }

    deinit {
        stop()
    }

    /// Starts a sink and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - faults: The faults to inject.
    ///   - wrapper: Arguments before the command, such as those that run it in a separate network namespace.
    /// - Returns: The sink.
    /// - Throws: `TestFailure` when it cannot be started.
    public static func start(faults: [Fault] = [], through wrapper: [String] = []) async throws -> MailSink {
        guard let program = InstalledPrograms.smtpSink else {
            throw TestFailure(description: "smtp-sink is not installed.")
        }
        let folder = try ScratchFolder(isOpen: true)
        let user = getuid() == 0 ? ["-u", "nobody"] : []
        let options = user + faults.flatMap(\.arguments) + ["-d", "\(folder.path)/mail.", "127.0.0.1:0", "64"]
        let commandLine = wrapper + [program] + options
        let process = try ChildProcess(commandLine[0], Array(commandLine.dropFirst()))
        var port: Int?
        try await poll(until: "smtp-sink listens") {
            guard process.isRunning else { throw TestFailure(description: "smtp-sink ended before it listened.") }
            port = ListeningPort.of(process: process.id)
            return port != nil
        }
        return MailSink(port: port ?? 0, folder: folder, process: process)
    }

    /// Returns the messages that were received to their end, unordered, whatever the reply was.
    public func receivedMessages() throws -> [ReceivedMessage] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .map { try String(contentsOfFile: "\(folder.path)/\($0)", encoding: .isoLatin1) }
            .compactMap(Self.parse)
    }

    /// Stops the sink.
    public func stop() {
        process.stop()
    }

    /// Removes the header lines that the sink added; `nil` for a file without the header's end, which is incomplete.
    private static func parse(_ file: String) -> ReceivedMessage? {
        let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
        guard let received = lines.firstIndex(where: { $0.hasPrefix("Received:") }) else { return nil }
        let arguments = { (name: String) in
            lines[..<received].filter { $0.hasPrefix(name) }
                .map { String($0.dropFirst(name.count).prefix { $0 != ">" }.drop { $0 == " " || $0 == "<" }) }
        }
        let content = lines[(received + 1)...].drop { $0.hasPrefix("\t") }
        return ReceivedMessage(
            sender: arguments("X-Mail-Args:").first ?? "",
            recipients: arguments("X-Rcpt-Args:"),
            content: content.joined(separator: "\n")
        )
    }
}

extension MailSink.Fault {
    fileprivate var arguments: [String] {
        switch self {
        case .rejectForNow(let step): ["-r", step.rawValue]
        case .rejectForGood(let step): ["-f", step.rawValue]
        case .disconnect(let step): ["-q", step.rawValue]
        case .shutDown(let step): ["-Q", step.rawValue]
        case .delay(let step, let seconds): step.rawValue.split(separator: ",").flatMap { ["-W", "\($0):\(seconds)"] }
        case .abortBody(let seconds): ["-A", String(seconds)]
        }
    }
}
