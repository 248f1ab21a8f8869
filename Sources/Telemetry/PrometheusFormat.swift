/// How names, labels, texts and numbers are spelled in Prometheus' text format, version 0.0.4.
enum PrometheusFormat {
    /// A metric's name: `[a-zA-Z_:][a-zA-Z0-9_:]*`, an underscore for whatever else there is.
    static func metricName(_ text: String) -> String {
        name(text) { $0 == ":" }
    }

    /// The labels of a series, sorted by their names, without the braces.
    ///
    /// - Parameter dimensions: Names and values; of two with the same name the last one counts.
    /// - Returns: The labels, with commas between them.
    static func labels(_ dimensions: [(String, String)]) -> String {
        let values = Dictionary(dimensions.map { (labelName($0), $1) }) { $1 }
        return values.sorted { $0.key < $1.key }.map { label($0, $1) }.joined(separator: ",")
    }

    /// A label with its value.
    static func label(_ name: String, _ value: String) -> String {
        "\(name)=\"\(escaped(value, quotes: true))\""
    }

    /// A line's worth of help.
    static func help(_ text: String) -> String {
        escaped(text, quotes: false)
    }

    /// A number; a whole one has no exponent as long as it is exact.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        guard value.magnitude < 0x1p53, let whole = Int64(exactly: value) else { return "\(value)" }
        return "\(whole)"
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`, except for what the format keeps to itself: two underscores at the start, and `le`.
    private static func labelName(_ text: String) -> String {
        let name = name(text) { _ in false }
        guard !name.hasPrefix("__") else { return "_" + name.drop { $0 == "_" } }
        return name == "le" ? "_le" : name
    }

    private static func name(_ text: String, allowing isAllowed: (Unicode.Scalar) -> Bool) -> String {
        let name = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { sign in
                    let isKept = sign.isASCII && sign.properties.isAlphabetic || isDigit(sign) || isAllowed(sign)
                    return isKept ? sign : "_"
                }))
        guard let first = name.unicodeScalars.first, !isDigit(first) else { return "_" + name }
        return name
    }

    private static func isDigit(_ sign: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(sign)
    }

    /// Sign by sign, since to Swift a line feed after a carriage return is no character of its own.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, sign in
            switch sign {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(sign)
            }
        }
    }
}
