import Configuration
import FoundationEssentials

extension Settings {
    /// Where settings are looked for.
    struct Sources {
        /// The values of flags.
        var flags: [Setting: String] = [:]
        /// The environment variables.
        var environment: [String: String] = [:]
        /// The file of `--config`, which replaces the two others.
        var namedFile: String?
        /// The file in the working directory.
        var projectFile = "intro.json"
        /// The file for the whole machine.
        var systemFile = "/etc/intro/intro.json"
        /// Whose process this is.
        var account = Account.current
        /// The folder that relative paths start at.
        var workingDirectory = FileManager.default.currentDirectoryPath
    }
}

extension Settings.Sources {
    /// The sources of a command.
    init(options: GlobalOptions, environment: [String: String]) {
        self.init(environment: environment, namedFile: options.config)
        flags[.databaseURL] = options.database
    }

    /// The sources as providers, the strongest first.
    ///
    /// - Throws: A `Failure` when a file is missing, cannot be read, or holds something that is no setting.
    func providers() throws(Failure) -> [any ConfigProvider] {
        if flags.values.contains("") {
            throw .invalidInput(
                "--database is empty",
                hint: "write a URL, as in `--database postgresql://localhost/intro`, or leave it out"
            )
        }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "flags", values: flags.reduce(into: [:]) { $0[$1.key.key] = text($1.value) })
        ]
        providers += environmentProviders
        if let namedFile {
            providers.append(try SettingsFile.provider(path: absolute(namedFile), isRequired: true))
        } else {
            providers.append(try SettingsFile.provider(path: absolute(projectFile), isRequired: false))
            providers.append(try SettingsFile.provider(path: absolute(systemFile), isRequired: false))
        }
        providers.append(InMemoryProvider(name: "defaults", values: defaults))
        return providers
    }

    private func text(_ text: String) -> ConfigValue {
        ConfigValue(.string(text), isSecret: false)
    }

    /// What holds where nothing is set; an empty text stands for no value, and nobody else may set one.
    private var defaults: [AbsoluteConfigKey: ConfigValue] {
        [
            Setting.home.key: text(defaultHome),
            Setting.databaseConnections.key: 8, Setting.databasePreparedStatements.key: true,
            Setting.mailURL.key: "", Setting.mailFrom.key: "", Setting.mailPasswordFile.key: "",
            Setting.mailConnections.key: 8, Setting.mailRate.key: "", Setting.mailUnsubscribeURL.key: "",
            Setting.smsURL.key: "", Setting.smsFrom.key: "", Setting.smsTokenFile.key: "",
            Setting.smsConnections.key: 2, Setting.smsRate.key: "", Setting.smsStatusURL.key: "",
            Setting.templatesFolder.key: "",
            Setting.bookingNoShowLimit.key: 2,
        ]
    }

    /// `~/.local/share/intro`; for root `/var/lib/intro`, which the server's user can reach.
    private var defaultHome: String {
        account.isRoot ? "/var/lib/intro" : homeFolder + "/.local/share/intro"
    }

    /// A variable that is set to nothing counts as not set: that is how containers and shells switch one off.
    private var environmentProviders: [any ConfigProvider] {
        let variables = environment.filter { !$0.value.isEmpty }
        let own = EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "intro")
        var shared: [AbsoluteConfigKey: ConfigValue] = [:]
        if let url = variables["DATABASE_URL"] {
            shared[Setting.databaseURL.key] = text(url)
        } else if Self.libpqVariables.contains(where: { variables[$0] != nil }) {
            shared[Setting.databaseURL.key] = text(Self.libpqEnvironment)
        }
        return [own, InMemoryProvider(name: "shared environment", values: shared)]
    }

    /// The variables that tell libpq where a database is; those that only tell how to talk to it do not choose one.
    static let libpqVariables = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"]

    /// Stands for a database URL where libpq's own variables choose the database.
    static let libpqEnvironment = "PG*"

    /// A path with `~/` replaced, and made absolute.
    func absolute(_ path: String) -> String {
        if path == "~" || path.hasPrefix("~/") {
            return homeFolder + path.dropFirst()
        }
        return path.hasPrefix("/") ? path : workingDirectory + "/" + path
    }

    /// The user's home folder.
    var homeFolder: String {
        guard let home = environment["HOME"], !home.isEmpty else { return account.home }
        return home
    }
}

extension Settings {
    /// Reads the settings.
    ///
    /// - Parameter sources: Where to look.
    /// - Throws: A `Failure` that ends with 78 when a file or a value is not valid.
    init(from sources: Sources) throws(Failure) {
        let reader = SettingsReader(providers: try sources.providers())
        let home = sources.absolute(try reader.text(.home) ?? "")
        self.init(
            home: home,
            database: Database(
                location: reader.location(in: sources),
                connections: try reader.number(.databaseConnections),
                preparedStatements: try reader.boolean(.databasePreparedStatements)
            ),
            mail: Mail(
                url: try reader.text(.mailURL) ?? "file://" + percentEncoded(path: home) + "/outbox",
                from: try reader.text(.mailFrom),
                passwordFile: try reader.text(.mailPasswordFile).map { sources.absolute($0) },
                connections: try reader.number(.mailConnections),
                rate: try reader.text(.mailRate),
                unsubscribeURL: try reader.text(.mailUnsubscribeURL)
            ),
            texts: Texts(
                url: try reader.text(.smsURL) ?? "file://" + percentEncoded(path: home) + "/texts",
                from: try reader.text(.smsFrom),
                tokenFile: try reader.text(.smsTokenFile).map { sources.absolute($0) },
                connections: try reader.number(.smsConnections),
                rate: try reader.text(.smsRate),
                statusURL: try reader.text(.smsStatusURL)
            ),
            booking: Booking(noShowLimit: try reader.number(.bookingNoShowLimit)),
            templatesFolder: try reader.text(.templatesFolder).map { sources.absolute($0) }
        )
    }
}

/// Asks the providers, in order, for one setting at a time.
///
/// The defaults come last among the providers, so that each setting has a value and the library's `required…` getters
/// fail only where a value cannot be converted; its optional getters would take such a value for a missing one.
private struct SettingsReader {
    private let reader: ConfigReader
    private let providers: [any ConfigProvider]

    init(providers: [any ConfigProvider]) {
        reader = ConfigReader(providers: providers)
        self.providers = providers
    }

    func text(_ setting: Setting) throws(Failure) -> String? {
        let text = try value(setting) { try $0.requiredString(forKey: $1) }
        return text.isEmpty ? nil : text
    }

    func number(_ setting: Setting) throws(Failure) -> Int {
        let number = try value(setting) { try $0.requiredInt(forKey: $1) }
        guard case .number(let range) = setting.kind, range.contains(number) else {
            throw setting.invalid
        }
        return number
    }

    func boolean(_ setting: Setting) throws(Failure) -> Bool {
        try value(setting) { try $0.requiredBool(forKey: $1) }
    }

    /// Two settings tell of one thing: the first provider that has either of them counts, whatever those after it have.
    func location(in sources: Settings.Sources) -> Settings.Database.Location {
        for reader in providers.map({ ConfigReader(provider: $0) }) {
            if let url = reader.string(forKey: ConfigKey(Setting.databaseURL.key.components)) {
                return url == Settings.Sources.libpqEnvironment ? .libpqEnvironment : .url(url)
            }
            if let path = reader.string(forKey: ConfigKey(Setting.databaseURLFile.key.components)) {
                return .urlFile(sources.absolute(path))
            }
        }
        return .local
    }

    private func value<Value>(
        _ setting: Setting,
        _ get: (ConfigReader, ConfigKey) throws -> Value
    ) throws(Failure) -> Value {
        do {
            return try get(reader, ConfigKey(setting.key.components))
        } catch {
            throw setting.invalid
        }
    }
}

extension Setting {
    /// Only an environment variable can be invalid by now: files are checked as they are read.
    fileprivate var invalid: Failure {
        .misconfigured(
            "\(rawValue) must be \(kind.typeDescription)",
            because: "\(environmentName) says something else",
            hint: "correct it, or leave it out for the default"
        )
    }
}

/// A path as it is written in a URL (RFC 3986, section 3.3).
func percentEncoded(path: String) -> String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    return path.utf8.reduce(into: "") { text, byte in
        let hex = String(byte, radix: 16, uppercase: true)
        text += plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
    }
}
