import CLibcurl

/// What libcurl's callbacks read and write during one request, all on the session's thread.
final class HTTPTransfer {
    /// Longer answers are not those of an SMS service.
    private static let maximumSize = 65_536

    private let stop: StopRequest
    private(set) var requestBegun = false
    private(set) var body: [UInt8] = []

    init(stop: StopRequest) {
        self.stop = stop
    }

    /// Once the request is on its way, stopping would only leave its fate unknown.
    fileprivate var mustStop: Bool { stop.isRaised && !requestBegun }

    /// Lets the request go out once.
    ///
    /// libcurl would send it again by itself when a kept connection ends without an answer, and the server may have
    /// worked on it all the same.
    fileprivate func begin() -> Bool {
        guard !requestBegun, !stop.isRaised else { return false }
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
    func run(on handle: EasyHandle) -> CURLcode {
        withExtendedLifetime(self) {
            let context = Unmanaged.passUnretained(self).toOpaque()
            handle.set(CURLOPT_PREREQDATA, context)
            handle.set(CURLOPT_WRITEDATA, context)
            handle.set(CURLOPT_XFERINFODATA, context)
            return handle.perform()
        }
    }

    /// Lets libcurl call back into whichever request is running on the handle.
    static func installCallbacks(on handle: EasyHandle) {
        handle.setPrerequestCallback { context, _, _, _, _ in
            context?.transfer.begin() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
        handle.setCallback(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let octets = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return context?.transfer.append(octets) == true ? octets.count : 0
        }
        handle.setProgressCallback { context, _, _, _, _ in
            context?.transfer.mustStop == true ? 1 : 0
        }
    }
}

extension UnsafeMutableRawPointer {
    /// The request behind the context that libcurl hands to a callback.
    fileprivate var transfer: HTTPTransfer {
        Unmanaged<HTTPTransfer>.fromOpaque(self).takeUnretainedValue()
    }
}
