import CLibcurl
public import FoundationEssentials
import Glibc

/// Texts through a service that speaks Twilio's dialect, by libcurl.
public struct TwilioTransport: Transport {
    private let server: SMSServer
    private let token: String
    private let callback: StatusCallback?
    private let timeouts: SMSTimeouts
    private let clock: @Sendable () -> Date

    /// Makes the transport; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - server: The service, and the account with it.
    ///   - token: The account's token.
    ///   - callback: Where the service reports what becomes of each text.
    ///   - timeouts: How long to wait.
    ///   - clock: The clock by which a text's validity is judged.
    /// - Throws: `TransportConfigurationError` when the token is missing, or the certificates cannot be read.
    public init(
        server: SMSServer, token: String?, callback: StatusCallback? = nil, timeouts: SMSTimeouts = SMSTimeouts(),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(TransportConfigurationError) {
        guard let token, !token.isEmpty else { throw TransportConfigurationError(.texts, .missingPassword) }
        if let path = server.certificates, access(path, R_OK) != 0 {
            throw TransportConfigurationError(.texts, .unreadableCertificates(path: path))
        }
        self.server = server
        self.token = token
        self.callback = callback
        self.timeouts = timeouts
        self.clock = clock
    }

    /// Makes a session with a connection of its own, opened by its first delivery.
    public func makeSession() throws(TransportConfigurationError) -> any TransportSession<TextMessage> {
        TwilioSession(server: server, token: token, callback: callback, timeouts: timeouts, clock: clock)
    }
}

/// Posts texts to a service over one kept connection.
actor TwilioSession: TransportSession {
    private nonisolated let executor = SessionExecutor(label: "intro.twilio-session")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let server: SMSServer
    private let token: String
    private let callback: StatusCallback?
    private let timeouts: SMSTimeouts
    private let clock: @Sendable () -> Date
    private var handle: CurlHandle?

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
        let cancellation = CancellationFlag()
        return await withTaskCancellationHandler {
            post(form, cancellation: cancellation)
        } onCancel: {
            cancellation.cancel()
        }
    }

    func close() async {
        handle = nil
    }

    private func post(_ form: TwilioForm, cancellation: CancellationFlag) -> DeliveryOutcome {
        do throws(CurlFailure) {
            let handle = try openHandle()
            handle.set(CURLOPT_COPYPOSTFIELDS, form.encoded)
            let transfer = HTTPTransfer(cancellation: cancellation)
            let result = transfer.run(on: handle)
            // Nothing that is still to come on the connection may be read as the answer to the next text.
            handle.set(CURLOPT_FRESH_CONNECT, result == CURLE_OK ? 0 : 1)
            return TwilioExchange(
                result: result,
                requestWentOut: transfer.requestBegun && handle.requestSize > 0,
                response: TwilioResponse(
                    status: handle.responseCode, body: transfer.body, retryAfter: handle.retryAfter),
                detail: result == CURLE_OK ? "" : handle.explanation(of: result)
            ).outcome
        } catch {
            return .notSent(reason: "Texts cannot be sent: \(error)", unreachable: true)
        }
    }

    private func openHandle() throws(CurlFailure) -> CurlHandle {
        if let handle { return handle }
        let handle = try CurlHandle()
        HTTPTransfer.installCallbacks(on: handle)
        handle.keepConnection(connect: timeouts.connect, idle: timeouts.idle)
        handle.setCredentials(trusting: server.certificates, user: server.account, password: token)
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

/// What libcurl's callbacks read and write during one request, all on the session's thread.
final class HTTPTransfer {
    /// Longer answers are not those of an SMS service.
    private static let maximumSize = 65_536

    private let cancellation: CancellationFlag
    private(set) var requestBegun = false
    private(set) var body: [UInt8] = []

    init(cancellation: CancellationFlag) {
        self.cancellation = cancellation
    }

    /// Once the request is on its way, stopping would only leave its fate unknown.
    fileprivate var shouldAbort: Bool { cancellation.isCancelled && !requestBegun }

    /// Lets the request go out once.
    ///
    /// libcurl would send it again by itself when a kept connection ends without an answer, and the server may have
    /// worked on it all the same.
    fileprivate func begin() -> Bool {
        guard !requestBegun, !cancellation.isCancelled else { return false }
        requestBegun = true
        return true
    }

    fileprivate func append(_ octets: UnsafeRawBufferPointer) -> Bool {
        guard body.count + octets.count <= Self.maximumSize else { return false }
        body += octets
        return true
    }
}

extension HTTPTransfer {
    /// Runs one request with this object behind libcurl's callbacks.
    func run(on handle: CurlHandle) -> CURLcode {
        withExtendedLifetime(self) {
            let context = Unmanaged.passUnretained(self).toOpaque()
            handle.set(CURLOPT_PREREQDATA, context)
            handle.set(CURLOPT_WRITEDATA, context)
            handle.set(CURLOPT_XFERINFODATA, context)
            return handle.perform()
        }
    }

    /// Lets libcurl call back into whichever request is running on the handle.
    static func installCallbacks(on handle: CurlHandle) {
        handle.setPrerequestCallback { context, _, _, _, _ in
            context?.transfer.begin() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
        handle.setCallback(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let octets = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return context?.transfer.append(octets) == true ? octets.count : 0
        }
        handle.setProgressCallback { context, _, _, _, _ in
            context?.transfer.shouldAbort == true ? 1 : 0
        }
    }
}

extension UnsafeMutableRawPointer {
    /// The request behind the context that libcurl hands to a callback.
    fileprivate var transfer: HTTPTransfer {
        Unmanaged<HTTPTransfer>.fromOpaque(self).takeUnretainedValue()
    }
}

/// How long to wait for an SMS service; libcurl counts in whole seconds.
public struct SMSTimeouts: Hashable, Sendable {
    /// For the connection and TLS together.
    public var connect: Duration
    /// For the answer after that; what has not been answered by then is unknown.
    public var reply: Duration
    /// A connection idle for longer is not used again.
    ///
    /// A text posted at the very moment in which the service closes an idle connection would end as unknown.
    public var idle: Duration

    /// Sets the times to wait.
    public init(connect: Duration = .seconds(30), reply: Duration = .seconds(60), idle: Duration = .seconds(5)) {
        self.connect = connect
        self.reply = reply
        self.idle = idle
    }
}
