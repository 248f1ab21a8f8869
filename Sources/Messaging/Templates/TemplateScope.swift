import Mustache

/// The values that a template sees, escaped for its kind when they are looked up.
///
/// It is never printed as a whole, since what is printed that way is not escaped: `{{.}}` outside of a section is an error.
struct TemplateScope: MustacheParent, MustacheCustomRenderable {
    /// What comes to light while a template is rendered.
    final class Findings {
        /// The first name that was looked up in vain.
        var missingName: String?
        /// Whether the template does more with a value than to print it where it stands.
        var dependsOnValues = false
    }

    /// Text that says what it is: what a plain `String` can do, Mustache asks the runtime anew for each one, and looks
    /// into it by reflection for every name inside a section.
    struct Text: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
        let renderText: String
        let findings: Findings

        /// Hides a section, and is found all the same: nothing is then looked for around the item of a list.
        var isNull: Bool { renderText.isEmpty }

        func child(named name: String) -> Any? { nil }

        func transform(_ name: String) -> Any? {
            findings.dependsOnValues = true
            return renderText.transform(name)
        }
    }

    /// A list that repeats a section, and is no more to be printed than the items are.
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

    /// What stands in the output for a value.
    enum Wording {
        /// The value itself, escaped.
        case value(TemplateKind)
        /// A mark with its name, as ``TemplateOutline`` reads it.
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
    /// Text, escaped as the template's kind asks; empty text hides a section.
    case text(String)
    /// Shows or hides a section.
    case flag(Bool)
    /// Repeats a section; each item also sees the values around it.
    case list([[String: TemplateValue]])

    /// Text that may be absent; then it hides a section and prints nothing.
    public static func optional(_ text: String?) -> TemplateValue {
        .text(text ?? "")
    }

    /// Makes text.
    public init(stringLiteral value: String) {
        self = .text(value)
    }

    /// Makes a flag.
    public init(booleanLiteral value: Bool) {
        self = .flag(value)
    }
}
