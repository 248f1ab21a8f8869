import FoundationEssentials

/// A value as one line of JSON: sorted keys in snake case, instants in RFC 3339 UTC, slashes left alone.
///
/// - Parameter value: The value to encode.
/// - Returns: The text, without a line end.
/// - Throws: `EncodingError` when it has no JSON form.
func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
