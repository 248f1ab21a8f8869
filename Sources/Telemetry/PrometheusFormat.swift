/// The notation of names, labels, texts and numbers in Prometheus' text format, version 0.0.4.
enum PrometheusFormat {
    /// Returns a metric's name: `[a-zA-Z_:][a-zA-Z0-9_:]*`, with an underscore for each other character.
    static func metricName(_ text: String) -> String {
        name(text) { $0 == ":" }
    }

    /// Returns the labels of a series, sorted by name, without the braces.
    ///
    /// - Parameter dimensions: Names and values; the last of several values for a name is used.
    /// - Returns: The labels, separated by commas.
    static func labels(_ dimensions: [(String, String)]) -> String {
        let values = Dictionary(dimensions.map { (labelName($0), $1) }) { $1 }
        return values.sorted { $0.key < $1.key }.map { label($0, $1) }.joined(separator: ",")
    }

    /// Returns a label with its value.
    static func label(_ name: String, _ value: String) -> String {
        "\(name)=\"\(escaped(value, quotes: true))\""
    }

    /// Returns a help text, escaped to one line.
    static func help(_ text: String) -> String {
        escaped(text, quotes: false)
    }

    /// Returns a number; an integer is written without exponent as long as it is exact.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        guard value.magnitude < 0x1p53, let whole = Int64(exactly: value) else { return "\(value)" }
        return "\(whole)"
    }

    /// Returns a label's name: `[a-zA-Z_][a-zA-Z0-9_]*`, except the reserved `__` prefix and `le`.
    private static func labelName(_ text: String) -> String {
        let name = name(text) { _ in false }
        guard !name.hasPrefix("__") else { return "_" + name.drop { $0 == "_" } }
        return name == "le" ? "_le" : name
    }

    private static func name(_ text: String, allowing isAllowed: (Unicode.Scalar) -> Bool) -> String {
        let name = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isLetter = scalar.isASCII && scalar.properties.isAlphabetic
                    let isKept = isLetter || isDigit(scalar) || isAllowed(scalar)
                    return isKept ? scalar : "_"
                }))
        guard let first = name.unicodeScalars.first, !isDigit(first) else { return "_" + name }
        return name
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar)
    }

    /// Escapes a text scalar by scalar, since Swift treats a carriage return and a line feed as one character.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}
