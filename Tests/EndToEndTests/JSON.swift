/// A JSON value, for tests of `--json` output.
enum JSON: Decodable, Hashable, Sendable {
    case null
    case truth(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let truth = try? container.decode(Bool.self) {
            self = .truth(truth)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    /// A member of an object; `nil` if it does not exist, which differs from `null`.
    subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// Returns an object without some of its members.
    func without(_ names: String...) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.key) })
    }

    /// A booking without the fields that only the result of `book` has.
    var withoutResult: JSON { without("created", "messages", "staff_messages", "runner_active") }

    /// Returns an object with only some of its members.
    func only(_ names: String...) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { names.contains($0.key) })
    }

    /// The names of an object's members.
    var names: Set<String> {
        guard case .object(let members) = self else { return [] }
        return Set(members.keys)
    }

    /// The items of a list.
    var items: [JSON] {
        guard case .list(let items) = self else { return [] }
        return items
    }

    /// The text; empty for other kinds of value.
    var text: String {
        guard case .text(let text) = self else { return "" }
        return text
    }

    /// The whole number; -1 for other kinds of value.
    var number: Int {
        guard case .number(let number) = self else { return -1 }
        return Int(number)
    }

    /// The kind of value, in one word.
    var kind: String {
        switch self {
        case .null: "null"
        case .truth: "truth"
        case .number: "number"
        case .text: "text"
        case .list: "list"
        case .object: "object"
        }
    }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(arrayLiteral items: JSON...) {
        self = .list(items)
    }

    init(dictionaryLiteral members: (String, JSON)...) {
        self = .object(Dictionary(uniqueKeysWithValues: members))
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral text: String) {
        self = .text(text)
    }

    init(integerLiteral number: Int) {
        self = .number(Double(number))
    }

    init(booleanLiteral truth: Bool) {
        self = .truth(truth)
    }
}
