import CLibcurl

/// Carries messages to a mail server over one kept connection.
actor SMTPSession: TransportSession {
    private nonisolated let executor = SessionExecutor(label: "intro.smtp-session")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let server: SMTPServer
    private let password: String?
    private let timeouts: SMTPTimeouts
    private var handle: EasyHandle?

    init(server: SMTPServer, password: String?, timeouts: SMTPTimeouts) {
        self.server = server
        self.password = password
        self.timeouts = timeouts
    }

    func deliver(_ mail: MailEnvelope) async -> DeliveryOutcome {
        let stop = StopRequest()
        return await withTaskCancellationHandler {
            send(mail.message.withCRLFLineEnds, from: mail.from, to: mail.to, stop: stop)
        } onCancel: {
            stop.raise()
        }
    }

    func close() async {
        handle = nil
    }

    private func send(_ body: [UInt8], from: Mailbox, to: Mailbox, stop: StopRequest) -> DeliveryOutcome {
        do throws(CurlFailure) {
            let handle = try openHandle()
            var exchange = exchange(body, from: from, to: to, stop: stop, on: handle)
            if exchange.foundConnectionClosed {
                exchange = self.exchange(body, from: from, to: to, stop: stop, on: handle)
            }
            return exchange.outcome
        } catch {
            return .notSent(reason: "Mail cannot be sent: \(error)", unreachable: true)
        }
    }

    private func exchange(
        _ body: [UInt8], from: Mailbox, to: Mailbox, stop: StopRequest, on handle: EasyHandle
    ) -> SMTPExchange {
        let recipients = curl_slist_append(nil, "<\(to.address)>")
        defer { curl_slist_free_all(recipients) }
        handle.set(CURLOPT_MAIL_FROM, "<\(from.address)>")
        handle.set(CURLOPT_MAIL_RCPT, recipients)
        let transfer = SMTPTransfer(body: body, stop: stop)
        let result = transfer.run(on: handle)
        let code = handle.responseCode
        // Only a connection whose every reply was a plain yes is known to be in step.
        if result != CURLE_OK { handle.hangUp() }
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

    private func openHandle() throws(CurlFailure) -> EasyHandle {
        if let handle { return handle }
        let handle = try EasyHandle()
        SMTPTransfer.installCallbacks(on: handle)
        configureConnection(of: handle)
        configureSecurity(of: handle)
        self.handle = handle
        return handle
    }

    private func configureConnection(of handle: EasyHandle) {
        handle.keepConnection(connect: timeouts.connect, idle: timeouts.idle)
        handle.set(CURLOPT_URL, server.curlURL)
        handle.set(CURLOPT_UPLOAD, 1)
        handle.set(CURLOPT_VERBOSE, 1)
        handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, timeouts.reply.curlSeconds)
        // The time for replies does not bound the writing of the body; twice that time never cuts short a reply.
        handle.set(CURLOPT_LOW_SPEED_LIMIT, 1)
        handle.set(CURLOPT_LOW_SPEED_TIME, timeouts.reply.curlSeconds * 2)
    }

    private func configureSecurity(of handle: EasyHandle) {
        handle.set(CURLOPT_USE_SSL, Int(server.security == .none ? CURLUSESSL_NONE.rawValue : CURLUSESSL_ALL.rawValue))
        handle.identify(trusting: server.certificates, user: server.user, password: password)
    }
}
