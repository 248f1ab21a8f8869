extension String {
    /// This text with `<...>` for every e-mail address and `+...` for every phone number, as logs may show it.
    public var maskingContacts: String {
        split(separator: " ", omittingEmptySubsequences: false).map { $0.contains("@") ? "<...>" : String($0) }
            .joined(separator: " ").maskingPhoneNumbers
    }

    /// This text with `+...` for every phone number.
    ///
    /// Status codes, addresses of hosts, dates and times remain.
    private var maskingPhoneNumbers: String {
        var (masked, rest) = ("", self[...])
        var last: (previous: Character?, final: Character?) = (nil, nil)
        while let first = rest.first {
            if PhoneNumberPattern.canBegin(with: first, after: last.final, last.previous),
                let end = PhoneNumberPattern.end(in: rest)
            {
                masked += "+..."
                last = (nil, nil)
                rest = rest[end...]
            } else {
                masked.append(first)
                last = (last.final, first)
                rest.removeFirst()
            }
        }
        return masked
    }
}

/// The forms in which people and servers write phone numbers.
///
/// Neither a letter or digit follows a number, but for an extension, nor a separator with a digit.
private enum PhoneNumberPattern {
    /// Whether a number can begin here: not within a word, a number, a date or an address of a host.
    static func canBegin(with first: Character, after last: Character?, _ previous: Character?) -> Bool {
        if first == "+" { return true }
        guard first == "(" || first.isNumber, let last else { return first == "(" || first.isNumber }
        let isInside = ".-/".contains(last) && previous?.isNumber == true
        return !last.isLetter && !last.isNumber && !isInside
    }

    /// Where a number that stands at the beginning of a text ends; `nil` where none stands there.
    static func end(in text: Substring) -> String.Index? {
        guard text.prefixMatch(of: date) == nil, text.prefixMatch(of: hostAddress) == nil else { return nil }
        return
            (text.prefixMatch(of: northAmerican) ?? text.prefixMatch(of: international)
            ?? text.prefixMatch(of: withTrunkPrefix) ?? text.prefixMatch(of: threeByThree)
            ?? text.prefixMatch(of: unbroken))?.range.upperBound
    }

    private typealias Form = Regex<Substring>

    /// +1 (415) 555-0134, 415.555.0134, 415-555-0134x12.
    private static var northAmerican: Form {
        #/
        (?:\+?1[\s.\p{Pd}·•]{0,2})? (?:\(\d{3}\)\s?|\d{3}[\s.\p{Pd}·•\/]) \d{3} [\s.\p{Pd}·•] \d{4}
        (?:\s?(?:x|ext\.?)\s?\d{1,6})?
        (?![\p{L}\d]|[.\p{Pd}\/:]\d)
        /#
    }

    /// +44 (0)20 7946 0958; at least seven digits.
    private static var international: Form {
        #/
        (?=\+(?:\D{0,3}\d){7}) \+[1-9]\d{0,2} (?:\s?\(0\))? (?:[\s.\p{Pd}·•()\/]{0,3}\d{2,12}){1,6}
        (?![\p{L}\d]|[.\p{Pd}\/:]\d)
        /#
    }

    /// 020 7946 0958, (030) 1234567, 01.42.68.53.00; at least eight digits.
    private static var withTrunkPrefix: Form {
        #/
        (?=(?:\D{0,2}\d){8}) \(?0\d{1,5}\)? (?:[\s.\p{Pd}·•\/]{0,2}\d{2,10}){1,5}
        (?![\p{L}\d]|[.\p{Pd}\/:]\d)
        /#
    }

    /// 612 345 678; codes of servers begin with 2 to 5.
    private static var threeByThree: Form {
        #/[6-9]\d{2}[\s.\p{Pd}]\d{3}[\s.\p{Pd}]\d{3}(?![\p{L}\d]|[.\p{Pd}\/:]\d)/#
    }

    /// 4155550134, 4155-550134.
    private static var unbroken: Form {
        #/\d(?:[\p{Pd}()\/]{0,2}\d){7,}(?![\p{L}\d]|[.\p{Pd}\/:]\d)/#
    }

    /// 2026-11-30, 30.11.2026, 05 10 2026.
    private static var date: Form {
        #/(?:\d{4}[\-\/.]\d{1,2}[\-\/.]\d{1,2}|\d{1,2}[\-\/.\ ]\d{1,2}[\-\/.\ ]\d{4})(?!\d)/#
    }

    /// 192.168.100.200.
    private static var hostAddress: Form {
        #/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])/#
    }
}
