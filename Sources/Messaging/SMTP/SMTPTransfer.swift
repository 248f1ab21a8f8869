import CLibcurl

/// What libcurl's callbacks read and write during one transfer, all on the session's thread.
final class SMTPTransfer {
    private let body: [UInt8]
    private var position = 0
    private let stop: StopRequest
    private(set) var envelopeBegun = false
    private(set) var recipientNamed = false
    private(set) var bodyFullyRead = false
    private(set) var replies = SMTPReplyLog()

    init(body: [UInt8], stop: StopRequest) {
        self.body = body
        self.stop = stop
    }

    /// Once the body is out, stopping would only leave its fate unknown.
    fileprivate var mustStop: Bool { stop.isRaised && !bodyFullyRead }

    fileprivate func readBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, body.count - position)
        buffer.copyBytes(from: body[position..<position + count])
        position += count
        bodyFullyRead = count == 0
        return count
    }

    fileprivate func noteCommand(_ command: UnsafeRawBufferPointer) {
        if command.starts(with: "MAIL FROM:".utf8) { envelopeBegun = true }
        if command.starts(with: "RCPT TO:".utf8) { recipientNamed = true }
    }

    fileprivate func noteReply(_ line: UnsafeRawBufferPointer) {
        replies.append(line)
    }
}

extension SMTPTransfer {
    /// Runs one transfer with this object behind libcurl's callbacks.
    func run(on handle: EasyHandle) -> CURLcode {
        withExtendedLifetime(self) {
            let context = Unmanaged.passUnretained(self).toOpaque()
            handle.set(CURLOPT_READDATA, context)
            handle.set(CURLOPT_HEADERDATA, context)
            handle.set(CURLOPT_XFERINFODATA, context)
            handle.set(CURLOPT_DEBUGDATA, context)
            return handle.perform()
        }
    }

    /// Lets libcurl call back into whichever transfer is running on the handle.
    static func installCallbacks(on handle: EasyHandle) {
        handle.setCallback(CURLOPT_READFUNCTION) { buffer, size, count, context in
            let room = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
            return context?.transfer.readBody(into: room) ?? 0
        }
        handle.setCallback(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            context?.transfer.noteReply(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }
        handle.setDebugCallback { _, kind, bytes, count, context in
            if kind == CURLINFO_HEADER_OUT {
                context?.transfer.noteCommand(UnsafeRawBufferPointer(start: bytes, count: count))
            }
            return 0
        }
        handle.setProgressCallback { context, _, _, _, _ in
            context?.transfer.mustStop == true ? 1 : 0
        }
    }
}

extension UnsafeMutableRawPointer {
    /// The transfer behind the context that libcurl hands to a callback.
    fileprivate var transfer: SMTPTransfer {
        Unmanaged<SMTPTransfer>.fromOpaque(self).takeUnretainedValue()
    }
}
