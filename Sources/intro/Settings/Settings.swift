import Booking
import Configuration
import Logging

/// The settings of one process, each from the first of: flag, environment, project file, system file, default.
struct Settings: Equatable, Sendable {
    /// The location of the database and the options of its connections.
    struct Database: Equatable, Sendable {
        /// The location of the database.
        enum Location: Equatable, Sendable {
            /// The private PostgreSQL in `INTRO_HOME`, when nothing is configured.
            case local
            /// The database of the `PG*` variables, which libpq reads itself.
            case libpqEnvironment
            /// A connection string, as a URL or as keywords.
            case url(String)
            /// A file that contains a connection string.
            case urlFile(String)
        }

        var location: Location
        /// The connection string of the database that commands read from which write nothing; `nil` for the same one.
        var readURL: String?
        /// The maximum number of connections of one process.
        var connections: Int
        /// Whether statements are prepared; must be off for PgBouncer in transaction mode.
        var preparedStatements: Bool
    }

    /// The settings for mail.
    struct Mail: Equatable, Sendable {
        /// `smtp://`, `smtps://`, or `file:///folder` for a Maildir.
        var url: String
        /// The sender's address, or `nil` if none is configured.
        var from: String?
        /// The file that contains the mail server's password.
        var passwordFile: String?
        /// The maximum number of concurrent connections to the mail server.
        var connections: Int
        /// The maximum rate of mail, such as `20/s`; `nil` for no limit.
        var rate: String?
        /// The URL of the unsubscribe link without its token; `nil` for no link.
        var unsubscribeURL: String?
    }

    /// The settings for texts.
    struct Texts: Equatable, Sendable {
        /// `https://ACCOUNT@host` of a service with Twilio's API, or `file:///folder`.
        var url: String
        /// The number or name that texts are sent from, or `nil` if none is configured.
        var from: String?
        /// The file that contains the account's token.
        var tokenFile: String?
        /// The maximum number of concurrent connections to the service.
        var connections: Int
        /// The maximum rate of segments of one number, such as `1/s`.
        var rate: String?
        /// The URL to which the service posts delivery statuses; `nil` for none.
        var statusURL: String?
    }

    /// The booking rules that can be configured.
    struct Booking: Equatable, Sendable {
        /// The maximum number of no-shows with which a client can still book.
        var noShowLimit: Int
    }

    /// The protection of personal data.
    struct Privacy: Equatable, Sendable {
        /// The file with the key of the hashes that are kept of erased clients, or `nil`.
        var keyFile: String?
    }

    /// The time that data is kept, in days; `nil` for no limit.
    struct Retention: Equatable, Sendable {
        var events: Int?
        var messageBodies: Int?
        /// Dead jobs; finished jobs are deleted at once.
        var jobs: Int?
        /// Received texts and mail.
        var inbound: Int?
    }

    /// The settings of input and output at the desk.
    struct Display: Equatable, Sendable {
        /// The language of the names of days and months that are accepted in times, in addition to English.
        var language: PhraseLanguage
        /// The form of times of day in texts; `nil` for that of the studio's region.
        var clock: HourCycle?
    }

    /// The folder of Intro's own data; an absolute path.
    var home: String
    var database: Database
    var mail: Mail
    var texts: Texts
    var booking: Booking
    var privacy: Privacy
    var retention: Retention
    var display: Display
    /// The format of the log on standard error.
    var logFormat: LogFormat
    /// The handle of the default studio, or `nil`.
    var studio: String?
    /// The folder of the operator's own templates, or `nil`.
    var templatesFolder: String?
}

extension Settings {
    /// The settings for the log, without passwords.
    var summary: Logger.Metadata {
        [
            "home": "\(home)", "database": "\(database.address)",
            "read_database": "\(redacted(database.readURL ?? ""))", "mail": "\(redacted(mail.url))",
            "texts": "\(redacted(texts.url))",
            "connections": "\(database.connections)", "prepared_statements": "\(database.preparedStatements)",
        ]
    }
}

/// The settings, by their names in a configuration file.
enum Setting: String, CaseIterable, Sendable {
    case home
    case databaseURL = "database.url"
    case databaseURLFile = "database.url_file"
    case databaseReadURL = "database.read_url"
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
    case privacyKeyFile = "privacy.key_file"
    case retentionEvents = "retention.events"
    case retentionMessageBodies = "retention.message_bodies"
    case retentionJobs = "retention.jobs"
    case retentionInbound = "retention.inbound"
    case displayLanguage = "display.language"
    case displayClock = "display.clock"
    case logFormat = "log.format"
    case studio

    /// The type of a setting's value.
    enum Kind: Equatable {
        case text
        /// A path; in a file, relative paths are resolved against the file's folder.
        case path
        case number(ClosedRange<Int>)
        case boolean
        /// A number of days, such as `400d`, or `none`.
        case period
        /// One of these texts.
        case choice([String])

        /// The name of the type, for messages.
        var typeDescription: String {
            switch self {
            case .text: "a text"
            case .path: "a path"
            case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .boolean: "true or false"
            case .period: "a number of days such as 400d, or none"
            case .choice(let values): values.joined(separator: " or ")
            }
        }
    }

    /// The type of the value.
    var kind: Kind {
        switch self {
        case .databaseURL, .databaseReadURL, .mailURL, .mailFrom, .mailRate, .mailUnsubscribeURL, .smsURL, .smsFrom,
            .smsRate,
            .smsStatusURL, .studio:
            .text
        case .home, .databaseURLFile, .mailPasswordFile, .smsTokenFile, .templatesFolder, .privacyKeyFile: .path
        case .retentionEvents, .retentionMessageBodies, .retentionJobs, .retentionInbound: .period
        case .databaseConnections, .mailConnections, .smsConnections: .number(1...1000)
        case .bookingNoShowLimit: .number(0...1000)
        case .databasePreparedStatements: .boolean
        case .displayClock: .choice(HourCycle.allCases.map(\.rawValue))
        case .displayLanguage: .choice(PhraseLanguage.allCases.map(\.rawValue))
        case .logFormat: .choice(LogFormat.allCases.map(\.rawValue))
        }
    }

    /// The environment variable, as in `INTRO_DATABASE_URL`.
    var environmentName: String {
        "INTRO_" + rawValue.uppercased().replacing(".", with: "_")
    }

    /// The key of the setting in the configuration library.
    var key: AbsoluteConfigKey {
        AbsoluteConfigKey(rawValue.split(separator: ".").map(String.init))
    }
}

/// The time that data is kept.
enum RetentionPeriod: Equatable {
    case days(Int)
    /// Without a limit.
    case unlimited

    /// Parses a period, such as `400d` or `none`; returns `nil` for any other text.
    init?(_ text: String) {
        if text == "none" {
            self = .unlimited
            return
        }
        guard text.hasSuffix("d"), let days = Int(text.dropLast()), (1...36_500).contains(days), "\(days)d" == text
        else {
            return nil
        }
        self = .days(days)
    }

    /// The number of days; `nil` without a limit.
    var days: Int? {
        if case .days(let days) = self { days } else { nil }
    }
}
