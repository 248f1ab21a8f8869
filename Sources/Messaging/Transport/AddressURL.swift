import FoundationEssentials

/// A transport's URL, taken apart: what mail and texts have in common.
struct AddressURL {
    /// What the transport is to carry.
    let freight: TransportConfigurationError.Freight
    /// The scheme in lower case.
    let scheme: String
    private let components: URLComponents

    init(parsing text: String, for freight: TransportConfigurationError.Freight) throws(TransportConfigurationError) {
        guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased() else {
            throw TransportConfigurationError(freight, .malformedURL(reason: "it is not a URL"))
        }
        self.freight = freight
        self.scheme = scheme
        self.components = components
        guard components.fragment == nil else { throw malformed("it has a fragment (#)") }
    }

    /// A server's name or address; an IPv6 address stands in brackets.
    var host: String {
        get throws(TransportConfigurationError) {
            let host = components.percentEncodedHost ?? ""
            guard host.isNetworkName else { throw malformed("it names no host") }
            return host
        }
    }

    var port: Int? {
        get throws(TransportConfigurationError) {
            guard let port = components.port else { return nil }
            guard (1...65_535).contains(port) else { throw malformed("the port is not between 1 and 65535") }
            return port
        }
    }

    /// Who to log in as; a password beside the name is refused.
    var user: String? {
        get throws(TransportConfigurationError) {
            guard components.password == nil else { throw refusal(.passwordInURL) }
            guard let user = components.user, !user.isEmpty else { return nil }
            guard !user.unicodeScalars.contains(where: \.isControl) else {
                throw malformed("the user holds a control character")
            }
            return user
        }
    }

    /// The path, with its escapes read.
    var path: String { components.path }

    /// What follows the question mark.
    var settings: [(name: String, value: String?)] {
        (components.queryItems ?? []).map { ($0.name, $0.value) }
    }

    /// The absolute path of a folder on this machine, where the URL names nothing else.
    var folder: String {
        get throws(TransportConfigurationError) {
            if let setting = settings.first?.name { throw refusal(.unknownSetting(setting)) }
            let host = components.host ?? ""
            guard host.isEmpty || host == "localhost", components.user == nil, components.port == nil else {
                throw malformed("a folder is on this machine, so file: takes no host; write three slashes")
            }
            guard path.hasPrefix("/"), path.count > 1, !path.utf8.contains(0) else {
                throw malformed("file: needs an absolute path")
            }
            return path
        }
    }

    func refusal(_ problem: TransportConfigurationError.Problem) -> TransportConfigurationError {
        TransportConfigurationError(freight, problem)
    }

    func malformed(_ reason: String) -> TransportConfigurationError {
        refusal(.malformedURL(reason: reason))
    }

    func unknownSetting(_ setting: (name: String, value: String?)) -> TransportConfigurationError {
        refusal(.unknownSetting("\(setting.name)=\(setting.value ?? "")"))
    }
}

extension String {
    /// Whether this host is this machine.
    var isLoopback: Bool {
        let host = lowercased()
        if host == "localhost" || host == "[::1]" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return octets.count == 4 && octets.first == 127 && !octets.contains(nil)
    }

    /// Whether this is a host name, or an address in brackets.
    var isNetworkName: Bool {
        if hasPrefix("["), hasSuffix("]"), count > 2 {
            return dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return self[...].isDomain
    }
}
