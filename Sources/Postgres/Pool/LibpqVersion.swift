import CLibpq

extension Database {
    /// The version of the loaded libpq, such as `16.4`.
    public static var libpqVersion: String {
        let number = Int(PQlibVersion())
        return "\(number / 10_000).\(number % 10_000)"
    }
}
