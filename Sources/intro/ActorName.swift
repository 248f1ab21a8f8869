import Glibc

/// The name that the event log keeps for whoever is at work: `--as`, `INTRO_ACTOR`, or the login name.
///
/// - Parameters:
///   - flag: What `--as` says.
///   - environment: The environment variables.
/// - Returns: The name.
/// - Throws: A `Failure` when the name is empty, longer than 200 characters, or has control characters in it.
func actorName(flag: String?, environment: [String: String]) throws(Failure) -> String {
    if let flag {
        return try checkedActor(flag, source: "--as")
    }
    if let name = environment["INTRO_ACTOR"], !name.isEmpty {
        return try checkedActor(name, source: "INTRO_ACTOR")
    }
    return Account.current.name
}

private func checkedActor(_ name: String, source: String) throws(Failure) -> String {
    guard !name.isEmpty, name.count <= 200, name == name.visible else {
        throw .invalidInput(
            "\(source) is not a name",
            because: "it must have 1 to 200 characters, and no control characters",
            hint: "write who does this, as in `--as maria`"
        )
    }
    return name
}
