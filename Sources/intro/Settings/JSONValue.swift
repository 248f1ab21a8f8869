/// Any JSON value.
enum JSONValue: Equatable {
    case null
    case truth(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The values that are no objects, each with the dotted path of names that leads to it, in the order of those.
    func leaves(below path: String = "") -> [(String, JSONValue)] {
        guard case .object(let members) = self else { return [(path, self)] }
        return members.sorted { $0.key < $1.key }.flatMap { name, value in
            value.leaves(below: path.isEmpty ? name : path + "." + name)
        }
    }
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let truth = try? container.decode(Bool.self) {
            self = .truth(truth)
        } else if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let array = try? container.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}
