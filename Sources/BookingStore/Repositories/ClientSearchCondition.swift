import Booking
import Postgres

/// The condition by which a search finds clients.
enum ClientSearchCondition {
    /// Whether a row of `client` fits a search.
    static func sql(_ search: ClientSearch) -> SQL {
        guard !search.isEmpty else { return "false" }
        var ways: [SQL] = []
        if let email = search.email { ways.append("email_key = \(email.matchKey)") }
        if let phone = search.phone { ways.append("phone_key = phone_match_key(\(phone.e164))") }
        if !search.terms.isEmpty { ways.append("(\(SQL.joined(search.terms.map(has), separator: " AND ")))") }
        return "(\(SQL.joined(ways, separator: " OR ")))"
    }

    private static func has(_ term: ClientSearch.Term) -> SQL {
        // A text of nothing but punctuation is part of every text.
        var places = term.texts.map { text -> SQL in
            "search_text(\(text)) <> '' AND search_key LIKE '%' || search_text(\(text)) || '%'"
        }
        if let phone = term.phone { places.append(has(phone)) }
        return "(\(SQL.joined(places, separator: " OR ")))"
    }

    private static func has(_ phone: ClientSearch.PhonePattern) -> SQL {
        switch phone {
        case .end(let digits): "phone LIKE '%' || \(digits)"
        case .part(let digits): "phone LIKE '%' || \(digits) || '%'"
        case .start(let digits): "phone LIKE '+' || \(digits) || '%'"
        // In the countries whose codes begin with 1 and 7, no zero is dialled before a number.
        case .national(let digits, let dialled):
            "(phone LIKE '%' || \(dialled) || '%' OR phone ~ ('^[+][2-9][0-9]{1,2}' || \(digits)))"
        }
    }
}
