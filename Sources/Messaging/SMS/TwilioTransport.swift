import CLibcurl
public import FoundationEssentials
import Glibc

/// A transport that sends text messages through a service with Twilio's API, using libcurl.
public struct TwilioTransport: Transport {
    private let server: SMSServer
    private let token: String
    private let callback: StatusCallback?
    private let timeouts: SMSTimeouts
    private let clock: @Sendable () -> Date

    /// Creates a transport without connecting.
    ///
    /// - Parameters:
    ///   - server: The service, and the account there.
    ///   - token: The account's token.
    ///   - callback: The address that the service reports delivery statuses to.
    ///   - timeouts: The timeouts.
    ///   - clock: The clock that a text message's validity is checked with.
    /// - Throws: `TransportConfigurationError` when the token is missing, or the certificates are unreadable.
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

    /// Creates a session with its own connection, which its first delivery opens.
    public func makeSession() throws(TransportConfigurationError) -> any TransportSession<TextMessage> {
        TwilioSession(server: server, token: token, callback: callback, timeouts: timeouts, clock: clock)
    }
}

/// A session that posts text messages to a service over one persistent connection.
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
            // After a failure, a late response on the connection must not be read as the response to the next message.
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
        // Without an Expect header: waiting for a 100 response would only delay such a short request.
        handle.setHeaderLines(["Accept: application/json", "User-Agent: intro", "Expect:"])
        self.handle = handle
        return handle
    }
}

/// The state shared with libcurl's callbacks during one request, used only on the session's thread.
final class HTTPTransfer {
    /// The maximum size of a response; an SMS service sends no longer ones.
    private static let maximumSize = 65_536

    private let cancellation: CancellationFlag
    private(set) var requestBegun = false
    private(set) var body: [UInt8] = []

    init(cancellation: CancellationFlag) {
        self.cancellation = cancellation
    }

    /// Whether to abort the request: after it was begun, aborting would only leave the outcome unknown.
    fileprivate var shouldAbort: Bool { cancellation.isCancelled && !requestBegun }

    /// Allows the request to be sent once.
    ///
    /// libcurl would resend it automatically when a reused connection closes without a response, although the server
    /// may have processed it.
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
    /// Runs one request with this object as the context of libcurl's callbacks.
    func run(on handle: CurlHandle) -> CURLcode {
        withExtendedLifetime(self) {
            let context = Unmanaged.passUnretained(self).toOpaque()
            handle.set(CURLOPT_PREREQDATA, context)
            handle.set(CURLOPT_WRITEDATA, context)
            handle.set(CURLOPT_XFERINFODATA, context)
            return handle.perform()
        }
    }

    /// Installs callbacks that forward to the request that is running on the handle.
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
    /// The request behind a callback's context pointer.
    fileprivate var transfer: HTTPTransfer {
        Unmanaged<HTTPTransfer>.fromOpaque(self).takeUnretainedValue()
    }
}

/// The timeouts for an SMS service, in whole seconds because of libcurl.
public struct SMSTimeouts: Hashable, Sendable {
    /// The timeout for the connection and TLS together.
    public var connect: Duration
    /// The timeout for the response after that; afterwards the outcome is unknown.
    public var reply: Duration
    /// The idle time after which a connection is not reused.
    ///
    /// A text message posted at the moment in which the service closes an idle connection would have an unknown
    /// outcome.
    public var idle: Duration

    /// Creates the timeouts.
    public init(connect: Duration = .seconds(30), reply: Duration = .seconds(60), idle: Duration = .seconds(5)) {
        self.connect = connect
        self.reply = reply
        self.idle = idle
    }
}
