import CLibcurl
import FoundationEssentials

/// Posts texts to a service over one kept connection.
actor TwilioSession: TransportSession {
    private nonisolated let executor = SessionExecutor(label: "intro.twilio-session")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let server: SMSServer
    private let token: String
    private let callback: StatusCallback?
    private let timeouts: SMSTimeouts
    private let clock: @Sendable () -> Date
    private var handle: EasyHandle?

    init(
        server: SMSServer, token: String, callback: StatusCallback?, timeouts: SMSTimeouts,
        clock: @escaping @Sendable () -> Date
    ) {
        self.server = server
        self.token = token
        self.callback = callback
        self.timeouts = timeouts
        self.clock = clock
    }

    func deliver(_ text: TextMessage) async -> DeliveryOutcome {
        guard let form = TwilioForm(text, at: clock(), callback: callback) else {
            return .notSent(
                reason: "The text was not sent: the time until which it is valid is over.", unreachable: false)
        }
        let stop = StopRequest()
        return await withTaskCancellationHandler {
            post(form, stop: stop)
        } onCancel: {
            stop.raise()
        }
    }

    func close() async {
        handle = nil
    }

    private func post(_ form: TwilioForm, stop: StopRequest) -> DeliveryOutcome {
        do throws(CurlFailure) {
            let handle = try openHandle()
            handle.set(CURLOPT_COPYPOSTFIELDS, form.encoded)
            let transfer = HTTPTransfer(stop: stop)
            let result = transfer.run(on: handle)
            // Nothing that is still to come on the connection may be read as the answer to the next text.
            handle.set(CURLOPT_FRESH_CONNECT, result == CURLE_OK ? 0 : 1)
            return TwilioExchange(
                result: result,
                requestWentOut: transfer.requestBegun && handle.requestSize > 0,
                answer: TwilioAnswer(status: handle.responseCode, body: transfer.body, retryAfter: handle.retryAfter),
                detail: result == CURLE_OK ? "" : handle.explanation(of: result)
            ).outcome
        } catch {
            return .notSent(reason: "Texts cannot be sent: \(error)", unreachable: true)
        }
    }

    private func openHandle() throws(CurlFailure) -> EasyHandle {
        if let handle { return handle }
        let handle = try EasyHandle()
        HTTPTransfer.installCallbacks(on: handle)
        handle.keepConnection(connect: timeouts.connect, idle: timeouts.idle)
        handle.identify(trusting: server.certificates, user: server.account, password: token)
        handle.set(CURLOPT_URL, server.messagesURL)
        handle.set(CURLOPT_PROTOCOLS_STR, server.isSecure ? "https" : "http")
        handle.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        handle.set(CURLOPT_TIMEOUT, (timeouts.connect + timeouts.reply).curlSeconds)
        // A short form need not be announced; a server that waits for the announcement would only take longer.
        handle.setHeaderLines(["Accept: application/json", "User-Agent: intro", "Expect:"])
        self.handle = handle
        return handle
    }
}
