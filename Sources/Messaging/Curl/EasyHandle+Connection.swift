import CLibcurl

extension EasyHandle {
    /// Keeps one connection, straight to the server, which no signal interrupts.
    ///
    /// - Parameters:
    ///   - connect: How long to wait for the connection.
    ///   - idle: A connection idle for longer is not used again.
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

    /// Trusts a file of certificates instead of the system's, and logs in.
    func identify(trusting certificates: String?, user: String?, password: String?) {
        if let certificates { set(CURLOPT_CAINFO, certificates) }
        if let user { set(CURLOPT_USERNAME, user) }
        if let password { set(CURLOPT_PASSWORD, password) }
    }
}

extension Duration {
    /// Whole seconds, rounded up and at least one, because libcurl reads zero as "its own default".
    var curlSeconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
