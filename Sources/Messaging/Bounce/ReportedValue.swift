/// The value of a report's field, which begins with its type: `rfc822; anna@example.com`, `smtp; 550 5.1.1 no`.
struct ReportedValue {
    private static let maximumLength = 500

    private let type: String?
    private let text: Substring

    /// Some servers leave the type out.
    init(_ field: String) {
        let type = field.prefix { $0 != ";" && !$0.isWhitespace }
        let rest = field[type.endIndex...].drop(while: \.isWhitespace)
        let isTyped = rest.first == ";" && !type.isEmpty
        self.type = isTyped ? type.lowercased() : nil
        text = isTyped ? rest.dropFirst() : field[...]
    }

    /// The address, if mail of ours can have gone there; `utf-8` is the type of RFC 6533.
    var mailbox: Mailbox? {
        guard type == nil || type == "rfc822" || type == "utf-8" else { return nil }
        return Mailbox(address: String(text).withoutComments)
    }

    /// The words on one line, or `nil` for none.
    var line: String? {
        let line = String(text).safeSingleLine.prefix(Self.maximumLength)
        return line.isEmpty ? nil : String(line)
    }

    /// The words without their type.
    var words: String { String(text.prefix(2000)) }

    /// The status in a refusal's words: `550 5.1.1 no`, `550-no`, `5.1.1 no`.
    var smtpStatus: EnhancedStatus? {
        guard type == nil || type == "smtp" else { return nil }
        let words = text.drop(while: \.isWhitespace)
        if let status = EnhancedStatus(leading: words) { return status }
        let code = words.prefix { $0.isASCII && $0.isWholeNumber }
        guard code.count == 3, let number = Int(code), words.dropFirst(3).first.map({ $0 == "-" || $0 == " " }) ?? true
        else { return nil }
        return EnhancedStatus(leading: words.dropFirst(4)) ?? EnhancedStatus(replyCode: number)
    }
}

extension Mailbox {
    /// Takes an address with or without angle brackets; `nil` for what mail of ours cannot have gone to.
    init?(address text: String) {
        let trimmed = text.split(whereSeparator: \.isWhitespace)
        guard trimmed.count == 1, let word = trimmed.first else { return nil }
        let isBracketed = word.hasPrefix("<") && word.hasSuffix(">")
        do {
            try self.init(name: nil, address: String(isBracketed ? word.dropFirst().dropLast() : word))
        } catch {
            return nil
        }
    }
}
