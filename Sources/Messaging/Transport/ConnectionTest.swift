import CLibcurl
public import FoundationEssentials

/// A test of the connection to a server: name, connection, TLS with its certificate and, for mail, the login.
///
/// No message is sent.
public struct ConnectionTest: Sendable {
    /// The steps of a connection.
    public enum Step: Sendable, Equatable {
        /// The host's name is resolved.
        case resolution
        /// The server accepts the connection.
        case connection
        /// TLS is negotiated, for mail possibly with STARTTLS.
        case encryption
        /// The certificate is trusted, valid and for this host.
        case certificate
        /// The server accepts the user and the password.
        case login
        /// The server's other replies.
        case dialogue
        /// All steps take no longer than the time limit.
        case timeLimit
    }

    /// The step that failed.
    public struct Problem: Error, Sendable, Equatable {
        /// The step.
        public let step: Step
        /// The system's or libcurl's reason.
        public let reason: String
    }

    /// The facts about a server after all steps succeeded.
    public struct Connected: Sendable, Equatable {
        /// The end of the validity of the server's certificate; `nil` without TLS.
        public let certificateEnd: Date?
    }

    private let url: String
    private let isUpgradeRequired: Bool
    private let certificates: String?
    private let login: (user: String, password: String)?
    private let timeout: Duration

    /// Creates a test of a mail server.
    ///
    /// - Parameters:
    ///   - server: The server.
    ///   - password: The password of the server's user; without it, the login is not tested.
    ///   - timeout: The time limit, in whole seconds.
    public init(_ server: SMTPServer, password: String?, timeout: Duration = .seconds(10)) {
        url = server.curlURL
        isUpgradeRequired = server.security != .none
        certificates = server.certificates
        login = server.user.flatMap { user in password.map { (user, $0) } }
        self.timeout = timeout
    }

    /// Creates a test of an SMS service, which ends before the first request.
    ///
    /// - Parameters:
    ///   - server: The service.
    ///   - timeout: The time limit, in whole seconds.
    public init(_ server: SMSServer, timeout: Duration = .seconds(10)) {
        url = server.messagesURL
        isUpgradeRequired = false
        certificates = server.certificates
        login = nil
        self.timeout = timeout
    }

    /// Connects to the server and closes the connection.
    ///
    /// - Returns: The facts about the server, or the step that failed.
    public func run() async -> Result<Connected, Problem> {
        await Tester().run(self)
    }

    /// The thread that libcurl blocks.
    private actor Tester {
        private nonisolated let executor = SessionExecutor(label: "intro.connection-test")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func run(_ test: ConnectionTest) -> Result<Connected, Problem> { test.connect() }
    }

    private func connect() -> Result<Connected, Problem> {
        do throws(CurlFailure) {
            let handle = try CurlHandle()
            handle.keepConnection(connect: timeout, idle: timeout)
            // Without callbacks, libcurl would print a progress meter and what the server replies.
            handle.set(CURLOPT_NOPROGRESS, 1)
            for option in [CURLOPT_HEADERFUNCTION, CURLOPT_WRITEFUNCTION] {
                handle.setCallback(option) { _, size, count, _ in size * count }
            }
            handle.set(CURLOPT_TIMEOUT, timeout.curlSeconds)
            // Without it, libcurl waits for a slow name server after the time limit.
            handle.set(CURLOPT_QUICK_EXIT, 1)
            handle.set(CURLOPT_URL, url)
            // libcurl carries out the greeting, STARTTLS and the login, and then no transfer.
            handle.set(CURLOPT_CONNECT_ONLY, 1)
            handle.set(CURLOPT_CERTINFO, 1)
            handle.set(CURLOPT_USE_SSL, Int(isUpgradeRequired ? CURLUSESSL_ALL.rawValue : CURLUSESSL_NONE.rawValue))
            handle.setCredentials(trusting: certificates, user: login?.user, password: login?.password)
            let result = handle.perform()
            guard result != CURLE_OK else { return .success(Connected(certificateEnd: handle.certificateEnd)) }
            let reason = handle.explanation(of: result)
            // libcurl has one result for all time limits.
            let isUnresolved = reason.hasPrefix("Resolving timed out")
            return .failure(Problem(step: isUnresolved ? .resolution : Step(result), reason: reason))
        } catch {
            return .failure(Problem(step: .dialogue, reason: "\(error)"))
        }
    }
}

extension ConnectionTest.Step {
    /// The step that a result of libcurl belongs to.
    init(_ result: CURLcode) {
        self =
            switch result {
            case CURLE_COULDNT_RESOLVE_HOST: .resolution
            case CURLE_COULDNT_CONNECT: .connection
            case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR: .encryption
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE: .certificate
            case CURLE_LOGIN_DENIED: .login
            case CURLE_OPERATION_TIMEDOUT: .timeLimit
            default: .dialogue
            }
    }
}
