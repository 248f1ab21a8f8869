import Mustache

/// The values visible to a template, escaped for its kind when they are looked up.
///
/// Printing the scope as a whole would bypass escaping, so `{{.}}` outside a section is an error.
struct TemplateScope: MustacheParent, MustacheCustomRenderable {
    /// The observations made while a template is rendered.
    final class Findings {
        /// The first name that was not found.
        var missingName: String?
        /// Whether the template does more with a value than print it.
        var dependsOnValues = false
    }

    /// A text value that declares its conformances.
    ///
    /// For a plain `String`, Mustache queries the runtime for them each time, and uses reflection for every name
    /// inside a section.
    struct Text: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
        let renderText: String
        let findings: Findings

        /// Whether the text hides a section; it is still found, so that the lookup does not continue outside a list's
        /// item.
        var isNull: Bool { renderText.isEmpty }

        func child(named name: String) -> Any? { nil }

        func transform(_ name: String) -> Any? {
            findings.dependsOnValues = true
            return renderText.transform(name)
        }
    }

    /// A list that repeats a section and, like its items, cannot be printed.
    struct List: MustacheSequence, MustacheCustomRenderable, MustacheTransformable {
        let name: String
        let items: [TemplateScope]
        let findings: Findings
        let isNull = false

        var renderText: String {
            findings.missingName = findings.missingName ?? name
            return ""
        }

        func makeIterator() -> some IteratorProtocol<TemplateScope> { items.makeIterator() }

        func transform(_ transform: String) -> Any? {
            switch transform {
            case "first": items.first
            case "last": items.last
            case "reversed": List(name: name, items: items.reversed(), findings: findings)
            case "count": items.count
            case "empty": items.isEmpty
            default: nil
            }
        }
    }

    /// The output for a value.
    enum Wording {
        /// The value itself, escaped.
        case value(TemplateKind)
        /// A placeholder with the value's name, as ``TemplateOutline`` parses it.
        case mark
    }

    let values: [String: TemplateValue]
    let wording: Wording
    let findings: Findings
    let isNull = false

    var renderText: String {
        findings.missingName = findings.missingName ?? "."
        return ""
    }

    func child(named name: String) -> Any? {
        switch values[name] {
        case .text(let text):
            return Text(renderText: text.isEmpty ? "" : word(text, of: name), findings: findings)
        case .flag(let flag):
            return flag
        case .list(let items):
            findings.dependsOnValues = true
            let scopes = items.map { item in
                TemplateScope(
                    values: values.merging(item) { _, inner in inner }, wording: wording, findings: findings)
            }
            return List(name: name, items: scopes, findings: findings)
        case nil:
            findings.missingName = findings.missingName ?? name
            return nil
        }
    }

    private func word(_ text: String, of name: String) -> String {
        switch wording {
        case .value(let kind): kind.escape(text)
        case .mark: TemplateOutline.mark(name)
        }
    }
}

/// A value for a template.
public enum TemplateValue: Hashable, Sendable, ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral {
    /// A text, escaped for the template's kind; an empty text hides a section.
    case text(String)
    /// A flag that shows or hides a section.
    case flag(Bool)
    /// A list that repeats a section; each item also sees the values around it.
    case list([[String: TemplateValue]])

    /// Returns a text that may be absent; then it hides a section and prints nothing.
    public static func optional(_ text: String?) -> TemplateValue {
        .text(text ?? "")
    }

    /// Creates a text.
    public init(stringLiteral value: String) {
        self = .text(value)
    }

    /// Creates a flag.
    public init(booleanLiteral value: Bool) {
        self = .flag(value)
    }
}
