import CLibcurl
import Glibc

/// A transport that sends mail by SMTP, through libcurl.
public struct SMTPTransport: Transport {
    private let server: SMTPServer
    private let password: String?
    private let timeouts: SMTPTimeouts

    /// Creates a transport without connecting.
    ///
    /// - Parameters:
    ///   - server: The server.
    ///   - password: The password of the server's user.
    ///   - timeouts: The timeouts.
    /// - Throws: `TransportConfigurationError` when only one of user and password is given, or the certificates are
    ///   unreadable.
    public init(
        server: SMTPServer, password: String? = nil, timeouts: SMTPTimeouts = SMTPTimeouts()
    ) throws(TransportConfigurationError) {
        if server.user != nil, password == nil { throw TransportConfigurationError(.mail, .missingPassword) }
        if server.user == nil, password != nil { throw TransportConfigurationError(.mail, .passwordWithoutUser) }
        if let path = server.certificates, access(path, R_OK) != 0 {
            throw TransportConfigurationError(.mail, .unreadableCertificates(path: path))
        }
        self.server = server
        self.password = password
        self.timeouts = timeouts
    }

    /// Creates a session with its own connection, which its first delivery opens.
    public func makeSession() throws(TransportConfigurationError) -> any TransportSession<MailEnvelope> {
        SMTPSession(server: server, password: password, timeouts: timeouts)
    }
}

/// A session that sends messages to a mail server over one persistent connection.
actor SMTPSession: TransportSession {
    private nonisolated let executor = SessionExecutor(label: "intro.smtp-session")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let server: SMTPServer
    private let password: String?
    private let timeouts: SMTPTimeouts
    private var handle: CurlHandle?

    init(server: SMTPServer, password: String?, timeouts: SMTPTimeouts) {
        self.server = server
        self.password = password
        self.timeouts = timeouts
    }

    func deliver(_ mail: MailEnvelope) async -> DeliveryOutcome {
        let cancellation = CancellationFlag()
        return await withTaskCancellationHandler {
            send(mail.message.withCRLFLineEnds, from: mail.from, to: mail.to, cancellation: cancellation)
        } onCancel: {
            cancellation.cancel()
        }
    }

    func close() async {
        handle = nil
    }

    private func send(_ body: [UInt8], from: Mailbox, to: Mailbox, cancellation: CancellationFlag) -> DeliveryOutcome {
        do throws(CurlFailure) {
            let handle = try openHandle()
            var exchange = exchange(body, from: from, to: to, cancellation: cancellation, on: handle)
            if exchange.connectionWasStale {
                exchange = self.exchange(body, from: from, to: to, cancellation: cancellation, on: handle)
            }
            return exchange.outcome
        } catch {
            return .notSent(reason: "Mail cannot be sent: \(error)", unreachable: true)
        }
    }

    private func exchange(
        _ body: [UInt8], from: Mailbox, to: Mailbox, cancellation: CancellationFlag, on handle: CurlHandle
    ) -> SMTPExchange {
        let recipients = intro_curl_list_append(nil, "<\(to.address)>")
        defer { intro_curl_list_free(recipients) }
        handle.set(CURLOPT_MAIL_FROM, "<\(from.address)>")
        handle.set(CURLOPT_MAIL_RCPT, recipients)
        let transfer = SMTPTransfer(body: body, cancellation: cancellation)
        let result = transfer.run(on: handle)
        let code = handle.responseCode
        // After any other result, the protocol state of the connection is unknown.
        if result != CURLE_OK { handle.shutDownConnection() }
        handle.set(CURLOPT_FRESH_CONNECT, result == CURLE_OK ? 0 : 1)
        return SMTPExchange(
            result: result,
            responseCode: code,
            bodyFullyRead: transfer.bodyFullyRead,
            envelopeBegun: transfer.envelopeBegun,
            recipientNamed: transfer.recipientNamed,
            connectionWasOpened: handle.openedConnection,
            reply: transfer.replies.reply(code: code),
            detail: result == CURLE_OK ? "" : handle.explanation(of: result)
        )
    }

    private func openHandle() throws(CurlFailure) -> CurlHandle {
        if let handle { return handle }
        let handle = try CurlHandle()
        SMTPTransfer.installCallbacks(on: handle)
        configureConnection(of: handle)
        configureSecurity(of: handle)
        self.handle = handle
        return handle
    }

    private func configureConnection(of handle: CurlHandle) {
        handle.keepConnection(connect: timeouts.connect, idle: timeouts.idle)
        handle.set(CURLOPT_URL, server.curlURL)
        handle.set(CURLOPT_UPLOAD, 1)
        handle.set(CURLOPT_VERBOSE, 1)
        handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, timeouts.reply.curlSeconds)
        // libcurl's reply timeout does not cover writing the body. Twice that time never cuts a reply short.
        handle.set(CURLOPT_LOW_SPEED_LIMIT, 1)
        handle.set(CURLOPT_LOW_SPEED_TIME, timeouts.reply.curlSeconds * 2)
    }

    private func configureSecurity(of handle: CurlHandle) {
        handle.set(CURLOPT_USE_SSL, Int(server.security == .none ? CURLUSESSL_NONE.rawValue : CURLUSESSL_ALL.rawValue))
        handle.setCredentials(trusting: server.certificates, user: server.user, password: password)
    }
}

/// The state shared with libcurl's callbacks during one transfer, used only on the session's thread.
final class SMTPTransfer {
    private let body: [UInt8]
    private var position = 0
    private let cancellation: CancellationFlag
    private(set) var envelopeBegun = false
    private(set) var recipientNamed = false
    private(set) var bodyFullyRead = false
    private(set) var replies = SMTPReplyLog()

    init(body: [UInt8], cancellation: CancellationFlag) {
        self.body = body
        self.cancellation = cancellation
    }

    /// Whether to abort the transfer: after the body was sent, aborting would only leave the outcome unknown.
    fileprivate var shouldAbort: Bool { cancellation.isCancelled && !bodyFullyRead }

    fileprivate func readBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, body.count - position)
        buffer.copyBytes(from: body[position..<position + count])
        position += count
        bodyFullyRead = count == 0
        return count
    }

    fileprivate func recordCommand(_ command: UnsafeRawBufferPointer) {
        if command.starts(with: "MAIL FROM:".utf8) { envelopeBegun = true }
        if command.starts(with: "RCPT TO:".utf8) { recipientNamed = true }
    }

    fileprivate func recordReply(_ line: UnsafeRawBufferPointer) {
        replies.append(line)
    }
}

extension SMTPTransfer {
    /// Runs one transfer with this object as the context of libcurl's callbacks.
    func run(on handle: CurlHandle) -> CURLcode {
        withExtendedLifetime(self) {
            let context = Unmanaged.passUnretained(self).toOpaque()
            handle.set(CURLOPT_READDATA, context)
            handle.set(CURLOPT_HEADERDATA, context)
            handle.set(CURLOPT_XFERINFODATA, context)
            handle.set(CURLOPT_DEBUGDATA, context)
            return handle.perform()
        }
    }

    /// Installs callbacks that forward to the transfer that is running on the handle.
    static func installCallbacks(on handle: CurlHandle) {
        handle.setCallback(CURLOPT_READFUNCTION) { buffer, size, count, context in
            let room = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
            return context?.transfer.readBody(into: room) ?? 0
        }
        handle.setCallback(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            context?.transfer.recordReply(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }
        handle.setDebugCallback { _, kind, bytes, count, context in
            if kind == CURLINFO_HEADER_OUT {
                context?.transfer.recordCommand(UnsafeRawBufferPointer(start: bytes, count: count))
            }
            return 0
        }
        handle.setProgressCallback { context, _, _, _, _ in
            context?.transfer.shouldAbort == true ? 1 : 0
        }
    }
}

extension UnsafeMutableRawPointer {
    /// The transfer behind a callback's context pointer.
    fileprivate var transfer: SMTPTransfer {
        Unmanaged<SMTPTransfer>.fromOpaque(self).takeUnretainedValue()
    }
}

/// The timeouts for a mail server, in whole seconds because of libcurl.
public struct SMTPTimeouts: Hashable, Sendable {
    /// The timeout for the connection, its greeting, TLS and the login together.
    public var connect: Duration
    /// The timeout for each later reply.
    ///
    /// RFC 5321 section 4.5.3.2.6 requires ten minutes after the message; a shorter timeout causes duplicates.
    public var reply: Duration
    /// The idle time after which a connection is not reused: servers close idle connections, some after ten seconds.
    public var idle: Duration

    /// Creates the timeouts.
    public init(
        connect: Duration = .seconds(30), reply: Duration = .seconds(600), idle: Duration = .seconds(5)
    ) {
        self.connect = connect
        self.reply = reply
        self.idle = idle
    }
}
