import Configuration

/// Everything that can be set, by the name it has in a configuration file.
enum Setting: String, CaseIterable, Sendable {
    case home
    case databaseURL = "database.url"
    case databaseURLFile = "database.url_file"
    case databaseConnections = "database.connections"
    case databasePreparedStatements = "database.prepared_statements"
    case mailURL = "mail.url"
    case mailFrom = "mail.from"
    case mailPasswordFile = "mail.password_file"
    case mailConnections = "mail.connections"
    case mailRate = "mail.rate"
    case mailUnsubscribeURL = "mail.unsubscribe_url"
    case smsURL = "sms.url"
    case smsFrom = "sms.from"
    case smsTokenFile = "sms.token_file"
    case smsConnections = "sms.connections"
    case smsRate = "sms.rate"
    case smsStatusURL = "sms.status_url"
    case templatesFolder = "templates.folder"
    case bookingNoShowLimit = "booking.no_show_limit"

    /// What a setting's value looks like.
    enum Kind: Equatable {
        case text
        /// A path; in a file, one that is not absolute starts at the file's folder.
        case path
        case number(ClosedRange<Int>)
        case truth

        /// The kind in words, for messages.
        var article: String {
            switch self {
            case .text: "a text"
            case .path: "a path"
            case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .truth: "true or false"
            }
        }
    }

    /// What the value looks like.
    var kind: Kind {
        switch self {
        case .databaseURL, .mailURL, .mailFrom, .mailRate, .mailUnsubscribeURL, .smsURL, .smsFrom, .smsRate,
            .smsStatusURL:
            .text
        case .home, .databaseURLFile, .mailPasswordFile, .smsTokenFile, .templatesFolder: .path
        case .databaseConnections, .mailConnections, .smsConnections: .number(1...1000)
        case .bookingNoShowLimit: .number(0...1000)
        case .databasePreparedStatements: .truth
        }
    }

    /// The environment variable, as in `INTRO_DATABASE_URL`.
    var environmentName: String {
        "INTRO_" + rawValue.uppercased().replacing(".", with: "_")
    }

    /// The name in the configuration library's terms.
    var key: AbsoluteConfigKey {
        AbsoluteConfigKey(rawValue.split(separator: ".").map(String.init))
    }
}
