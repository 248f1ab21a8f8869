/// libcurl cannot be used on this machine.
struct CurlFailure: Error, CustomStringConvertible {
    let reason: String

    var description: String { "libcurl does not work on this machine (\(reason)). Install libcurl 7.88 or later." }
}
