import Configuration
import Logging

/// The settings of one run, each from the first of: flag, environment, project file, system file, default.
struct Settings: Equatable, Sendable {
    /// Where the database is, and how to use it.
    struct Database: Equatable, Sendable {
        /// Where the database is.
        enum Location: Equatable, Sendable {
            /// Nothing is configured: the private PostgreSQL in `INTRO_HOME`.
            case local
            /// `PG*` variables are set: libpq reads them itself.
            case libpqEnvironment
            /// A connection string, URL or keywords.
            case url(String)
            /// A file that holds one.
            case urlFile(String)
        }

        var location: Location
        /// The most connections that one process opens.
        var connections: Int
        /// Whether statements are prepared; off for PgBouncer in transaction mode.
        var preparedStatements: Bool
    }

    /// Where mail goes.
    struct Mail: Equatable, Sendable {
        /// `smtp://`, `smtps://`, or `file:///folder` for a Maildir.
        var url: String
        /// The sender's address, or `nil` where none is configured.
        var from: String?
        /// The file that holds the mail server's password.
        var passwordFile: String?
        /// The most connections to the mail server at once.
        var connections: Int
        /// How much mail may leave, such as `20/s`; `nil` is as much as the server takes.
        var rate: String?
        /// Where a link that ends the mail leads to, without the token that ends it; `nil` is no link.
        var unsubscribeURL: String?
    }

    /// Where texts go.
    struct Texts: Equatable, Sendable {
        /// `https://ACCOUNT@host` of a service in Twilio's dialect, or `file:///folder`.
        var url: String
        /// The number or name that texts are from, or `nil` where none is configured.
        var from: String?
        /// The file that holds the account's token.
        var tokenFile: String?
        /// The most connections to the service at once.
        var connections: Int
        /// How many segments may leave from one number, such as `1/s`.
        var rate: String?
        /// Where the service reports what becomes of each text; `nil` is nowhere.
        var statusURL: String?
    }

    /// The rules of booking that can be set.
    struct Booking: Equatable, Sendable {
        /// How many no-shows a person may have and still book.
        var noShowLimit: Int
    }

    /// The folder of Intro's own data, absolute.
    var home: String
    var database: Database
    var mail: Mail
    var texts: Texts
    var booking: Booking
    /// The folder of the operator's own templates, where there is one.
    var templatesFolder: String?
}

extension Settings {
    /// The settings for the log, passwords taken out.
    var summary: Logger.Metadata {
        let location =
            switch database.location {
            case .local: "private"
            case .libpqEnvironment: "PG*"
            case .url(let url): redacted(url)
            case .urlFile(let path): path
            }
        return [
            "home": "\(home)", "database": "\(location)", "mail": "\(redacted(mail.url))",
            "texts": "\(redacted(texts.url))",
            "connections": "\(database.connections)", "prepared_statements": "\(database.preparedStatements)",
        ]
    }
}

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
        case boolean

        /// The kind in words, for messages.
        var typeDescription: String {
            switch self {
            case .text: "a text"
            case .path: "a path"
            case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .boolean: "true or false"
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
        case .databasePreparedStatements: .boolean
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
