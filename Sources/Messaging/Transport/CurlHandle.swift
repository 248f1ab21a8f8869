import CLibcrypto
import CLibcurl
import FoundationEssentials
import Glibc
import Synchronization

/// A libcurl easy handle and its persistent connection, for use by one thread at a time.
final class CurlHandle {
    private let handle: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var settingsStatus = CURLE_OK
    private var headerLines: UnsafeMutablePointer<curl_slist>?

    init() throws(CurlFailure) {
        if let reason = intro_curl_load() { throw CurlFailure(reason: String(cString: reason)) }
        guard let handle = intro_curl_create() else { throw CurlFailure(reason: "it gives no handle") }
        self.handle = handle
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))
    }

    deinit {
        // libcurl sends QUIT and would wait two minutes for a hanging server. Without a readable socket it does not.
        shutdownSocket(Int32(SHUT_RD))
        intro_curl_destroy(handle)
        intro_curl_list_free(headerLines)
        errorText.deallocate()
    }

    func set(_ option: CURLoption, _ value: String) {
        recordStatus(intro_curl_set_string(handle, option, value))
    }

    func set(_ option: CURLoption, _ value: Int) {
        recordStatus(intro_curl_set_long(handle, option, value))
    }

    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) {
        recordStatus(intro_curl_set_pointer(handle, option, value))
    }

    func set(_ option: CURLoption, _ value: UnsafeMutablePointer<curl_slist>?) {
        recordStatus(intro_curl_set_list(handle, option, value))
    }

    func setCallback(
        _ option: CURLoption,
        _ callback: @escaping @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int
    ) {
        recordStatus(intro_curl_set_transfer_callback(handle, option, callback))
    }

    func setProgressCallback(_ callback: curl_xferinfo_callback) {
        recordStatus(intro_curl_set_progress_callback(handle, callback))
    }

    /// Sets a callback that can stop a request, on a new or reused connection, before any of its octets is sent.
    func setPrerequestCallback(_ callback: curl_prereq_callback) {
        recordStatus(intro_curl_set_prereq_callback(handle, callback))
    }

    /// Sets the header lines that every request has in addition to libcurl's own.
    func setHeaderLines(_ lines: [String]) {
        let former = headerLines
        headerLines = lines.reduce(nil) { intro_curl_list_append($0, $1) }
        set(CURLOPT_HTTPHEADER, headerLines)
        intro_curl_list_free(former)
    }

    /// Sets a callback that receives the protocol exchange, and keeps libcurl from printing it.
    func setDebugCallback(_ callback: curl_debug_callback) {
        recordStatus(intro_curl_set_debug_callback(handle, callback))
    }

    /// Runs one transfer to its end; returns the error of a setting that libcurl refused instead, if any.
    func perform() -> CURLcode {
        errorText.pointee = 0
        guard settingsStatus == CURLE_OK else { return settingsStatus }
        return intro_curl_perform(handle)
    }

    /// The code of the last reply of the last transfer.
    var responseCode: Int { number(CURLINFO_RESPONSE_CODE) }

    /// The number of octets of HTTP requests sent in the last transfer.
    var requestSize: Int { number(CURLINFO_REQUEST_SIZE) }

    /// The delay in seconds that the last reply requests (RFC 9110 section 10.2.3), or 0.
    var retryAfter: Int {
        var value: curl_off_t = 0
        return intro_curl_get_offset(handle, CURLINFO_RETRY_AFTER, &value) == CURLE_OK ? Int(value) : 0
    }

    /// Whether the last transfer opened a new connection.
    var openedConnection: Bool { number(CURLINFO_NUM_CONNECTS) > 0 }

    /// The end of the validity of the server's certificate, where `CURLOPT_CERTINFO` was set; `nil` without TLS.
    var certificateEnd: Date? {
        var certificates: UnsafeMutablePointer<curl_certinfo>?
        guard intro_curl_get_certificates(handle, &certificates) == CURLE_OK, let certificates,
            certificates.pointee.num_of_certs > 0
        else { return nil }
        // The first certificate is the server's; each field is a line, the certificate itself in PEM form.
        var field = certificates.pointee.certinfo[0]
        while let line = field {
            let text = String(cString: line.pointee.data)
            if text.hasPrefix("Cert:") {
                let pem = String(text.dropFirst("Cert:".count))
                let end = intro_pem_certificate_end(pem, Int32(pem.utf8.count))
                return end < 0 ? nil : Date(timeIntervalSince1970: TimeInterval(end))
            }
            field = line.pointee.next
        }
        return nil
    }

    /// Returns the cause of the last transfer's failure: the system's text for connection errors, else libcurl's.
    func explanation(of result: CURLcode) -> String {
        let error = number(CURLINFO_OS_ERRNO)
        if result == CURLE_COULDNT_CONNECT, error > 0 { return String(cString: strerror(Int32(error))).lowercased() }
        let text = String(cString: errorText).safeSingleLine
        return text.isEmpty ? String(cString: intro_curl_error_text(result)) : text
    }

    /// Shuts the persistent connection down: libcurl would read a late reply as the reply to the next message.
    func shutDownConnection() {
        shutdownSocket(Int32(SHUT_RDWR))
    }

    private func shutdownSocket(_ how: Int32) {
        var socket = curl_socket_t(-1)
        guard intro_curl_get_socket(handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK, socket >= 0 else { return }
        _ = Glibc.shutdown(socket, how)
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        return intro_curl_get_long(handle, info, &value) == CURLE_OK ? value : 0
    }

    private func recordStatus(_ status: CURLcode) {
        if settingsStatus == CURLE_OK { settingsStatus = status }
    }
}

extension CurlHandle {
    /// Configures one persistent connection, directly to the server and not interrupted by signals.
    ///
    /// - Parameters:
    ///   - connect: The timeout for the connection.
    ///   - idle: The idle time after which the connection is not reused.
    func keepConnection(connect: Duration, idle: Duration) {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_NOPROGRESS, 0)
        set(CURLOPT_PROXY, "")
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_MAXCONNECTS, 1)
        set(CURLOPT_MAXAGE_CONN, idle.curlSeconds)
        set(CURLOPT_CONNECTTIMEOUT, connect.curlSeconds)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    }

    /// Sets the trusted certificates, instead of the system's, and the login.
    func setCredentials(trusting certificates: String?, user: String?, password: String?) {
        if let certificates { set(CURLOPT_CAINFO, certificates) }
        if let user { set(CURLOPT_USERNAME, user) }
        if let password { set(CURLOPT_PASSWORD, password) }
    }
}

extension Duration {
    /// The duration in whole seconds, rounded up and at least one, because libcurl reads zero as its default.
    var curlSeconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0))
    }
}

/// A flag that asks a running transfer to stop; it may be raised from any thread.
final class CancellationFlag: Sendable {
    private let raised = Atomic(false)

    var isCancelled: Bool { raised.load(ordering: .relaxed) }

    func cancel() {
        raised.store(true, ordering: .relaxed)
    }
}

/// An error that makes libcurl unusable on this machine.
struct CurlFailure: Error, CustomStringConvertible {
    let reason: String

    var description: String { "libcurl does not work on this machine (\(reason)). Install libcurl 7.88 or later." }
}
