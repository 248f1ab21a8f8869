import Booking
import Postgres

/// The SQL condition of a search for clients.
enum ClientSearchCondition {
    /// Returns the condition that a row of `client` matches a search.
    static func sql(_ search: ClientSearch) -> SQL {
        guard !search.isEmpty else { return "false" }
        var alternatives: [SQL] = []
        if let email = search.email { alternatives.append("email_key = \(email.matchKey)") }
        if let phone = search.phone { alternatives.append("phone_key = phone_match_key(\(phone.e164))") }
        if !search.terms.isEmpty {
            alternatives.append("(\(SQL.joined(search.terms.map(has), separator: " AND ")))")
        }
        return "(\(SQL.joined(alternatives, separator: " OR ")))"
    }

    /// Returns a condition that every client fulfils who matches a search with one typing error in each word.
    static func similar(_ search: ClientSearch) -> SQL {
        SQL.joined(search.nameWords.map(resembles), separator: " AND ")
    }

    /// Returns a condition that every client fulfils who matches a search with one typing error in one of its words.
    static func withTypo(_ search: ClientSearch) -> SQL {
        let words = search.nameWords
        let typos = words.indices.filter { words[$0].fragments != nil }
        guard !typos.isEmpty else { return similar(search) }
        // The words as typed restrict the search where the misspelled one is too short to do so.
        let alternatives = typos.map { typo -> SQL in
            let conditions = words.indices.map { $0 == typo ? resembles(words[$0]) : contains(words[$0]) }
            return "(\(SQL.joined(conditions, separator: " AND ")))"
        }
        return "(\(SQL.joined(alternatives, separator: " OR ")))"
    }

    private static func contains(_ word: ClientSearch.NameWord) -> SQL {
        "search_key LIKE '%' || \(word.text) || '%'"
    }

    /// The number of letters up to which a part of a word is too short to restrict a search.
    private static let shortLength = 4

    private static func resembles(_ word: ClientSearch.NameWord) -> SQL {
        guard let (start, end) = word.fragments else { return contains(word) }
        // A letter of another alphabet may be several characters of the database.
        guard word.text.count > shortLength || !word.text.allSatisfy(\.isASCII) else {
            return "(\(contains(word)) OR search_key ~ \(singleEdits(of: word.text)))"
        }
        return """
            (search_key LIKE '%' || \(word.text) || '%'
             OR search_key LIKE \(start) || '%'
             OR search_key LIKE '% ' || \(start) || '%'
             OR search_key LIKE '%' || \(end)
             OR search_key LIKE '%' || \(end) || ' %')
            """
    }

    /// Returns a regular expression for the words that differ from a word of letters by one typing error.
    private static func singleEdits(of word: String) -> String {
        let letters = word.map { String($0) }
        var edits: [[String]] = []
        for index in letters.indices {
            edits.append(Array(letters[..<index]) + ["[^ ]"] + letters[(index + 1)...])
            edits.append(Array(letters[..<index]) + letters[(index + 1)...])
        }
        for index in 0...letters.count { edits.append(Array(letters[..<index]) + ["[^ ]"] + letters[index...]) }
        for index in letters.indices.dropLast() {
            var swapped = letters
            swapped.swapAt(index, index + 1)
            edits.append(swapped)
        }
        return "(^| )(\(edits.map { $0.joined() }.joined(separator: "|")))( |$)"
    }

    private static func has(_ term: ClientSearch.Term) -> SQL {
        // The search text of punctuation is empty, which would match every client.
        var conditions = term.texts.map { text -> SQL in
            "search_text(\(text)) <> '' AND search_key LIKE '%' || search_text(\(text)) || '%'"
        }
        if let phone = term.phone { conditions.append(has(phone)) }
        return "(\(SQL.joined(conditions, separator: " OR ")))"
    }

    private static func has(_ phone: ClientSearch.PhonePattern) -> SQL {
        switch phone {
        case .end(let digits): "phone LIKE '%' || \(digits)"
        case .part(let digits): "phone LIKE '%' || \(digits) || '%'"
        case .start(let digits): "phone LIKE '+' || \(digits) || '%'"
        // In countries whose codes begin with 1 or 7, no zero is dialled before a number.
        case .national(let digits, let dialled):
            "(phone LIKE '%' || \(dialled) || '%' OR phone ~ ('^[+][2-9][0-9]{1,2}' || \(digits)))"
        }
    }
}
