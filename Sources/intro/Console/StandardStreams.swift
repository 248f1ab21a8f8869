import Glibc

/// The standard streams of the process.
enum StandardStreams {
    /// Makes writing to a closed pipe an error instead of a fatal signal, and keeps descriptors 0, 1 and 2 from being
    /// reused.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        // The next file that we open would get the number of a closed stream, and our output would be written into it.
        // The replacement is opened in the wrong direction, so that using it fails.
        for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", mode)
        }
    }

    /// Writes a text completely, in as many writes as necessary.
    ///
    /// - Parameters:
    ///   - text: What to write, as UTF-8.
    ///   - descriptor: An open file descriptor.
    /// - Throws: `OutputError` when the reader has closed the pipe or the write fails.
    static func write(_ text: String, to descriptor: Int32) throws(OutputError) {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                start += count
            } else if errno == EAGAIN {
                var descriptorState = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&descriptorState, 1, -1)
            } else if errno != EINTR {
                throw errno == EPIPE ? .readerClosed : .failed(errno: errno)
            }
        }
    }

    /// Reads standard input to its end or up to a limit.
    ///
    /// - Parameter most: The maximum number of octets.
    /// - Returns: The octets.
    /// - Throws: A `Failure` when standard input is empty or cannot be read.
    static func read(upTo most: Int) throws(Failure) -> [UInt8] {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while octets.count < most {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw .invalidInput(
                    "standard input cannot be read", because: systemMessage(errno), hint: "pipe the message into it")
            }
            guard count > 0 else { break }
            octets += buffer[..<count]
        }
        guard !octets.isEmpty else { throw nothingToRead }
        return octets
    }

    /// The failure for empty standard input.
    static var nothingToRead: Failure {
        .invalidInput("standard input is empty", hint: "pipe the message into it")
    }

    /// Reads and discards the rest of standard input, so that the writer does not get a closed pipe.
    ///
    /// - Parameter most: The maximum number of octets to discard.
    static func skip(upTo most: Int) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var skipped = 0
        while skipped < most {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            skipped += count
        }
    }
}

/// The reason why standard output cannot be written.
enum OutputError: Error, Equatable {
    /// The reader has closed the pipe, as `head` does.
    case readerClosed
    /// The system refused the write.
    case failed(errno: Int32)

    /// The operating system's error message.
    var reason: String {
        switch self {
        case .readerClosed: "the reader closed the pipe"
        case .failed(let errno): systemMessage(errno)
        }
    }
}

/// Returns the operating system's message for an error number.
func systemMessage(_ number: Int32) -> String {
    String(cString: strerror(number))
}
