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
