/// A connection string or URL without its passwords, fit to print.
///
/// Passwords are taken out of `scheme://user:password@host`, of query parameters, and of libpq's `password=...`
/// keywords.
///
/// - Parameter text: The connection string, or a text that contains some.
/// - Returns: The text with an ellipsis in the place of each password.
func redacted(_ text: String) -> String {
    var text = text
    // A password may itself hold @ and / where somebody forgot to escape them: up to the last @, all is taken for it.
    text.replace(#/(:\/\/[^:\/?#\s]*):\S*@/#) { "\($0.1):…@" }
    text.replace(#/(?i)((?:ssl)?password\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&']+)/#) { "\($0.1)…" }
    return text
}
