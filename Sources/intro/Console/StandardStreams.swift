import Glibc

/// The process's own three streams.
enum StandardStreams {
    /// Makes writing to a closed pipe an error instead of a death, and keeps 0, 1 and 2 from being reused.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        // A stream that the caller has closed would be the next file we open, and our output would end up in it. What
        // is put in its place fails when it is used the wrong way round.
        for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", mode)
        }
    }

    /// Writes everything, in as many pieces as the other end asks for.
    ///
    /// - Parameters:
    ///   - text: What to write, as UTF-8.
    ///   - descriptor: An open file descriptor.
    /// - Throws: `OutputError` when the other end has gone or takes no more.
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

    /// Reads standard input to its end, or until there is more than anybody wants.
    ///
    /// - Parameter most: How many octets are enough.
    /// - Returns: The octets.
    /// - Throws: A `Failure` where there is nothing to read.
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

    /// What is wrong where standard input holds nothing.
    static var nothingToRead: Failure {
        .invalidInput("there is nothing on standard input", hint: "pipe the message into it")
    }

    /// Reads the rest of standard input and drops it, so that whoever writes it does not meet a closed pipe.
    ///
    /// - Parameter most: How many octets are dropped at the most.
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

/// Why standard output took nothing more.
enum OutputError: Error, Equatable {
    /// The reader closed the pipe, as `head` does when it has seen enough.
    case readerClosed
    /// The system refused the write.
    case failed(errno: Int32)

    /// The system's own words.
    var reason: String {
        switch self {
        case .readerClosed: "the reader closed the pipe"
        case .failed(let errno): systemMessage(errno)
        }
    }
}

/// The system's own words for an error number.
func systemMessage(_ number: Int32) -> String {
    String(cString: strerror(number))
}
