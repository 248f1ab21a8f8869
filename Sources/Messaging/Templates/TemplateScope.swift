import Mustache

/// The values that a template sees, escaped for its kind when they are looked up.
struct TemplateScope: MustacheParent {
    /// The names that were looked up in vain.
    final class Misses {
        var first: String?
    }

    let values: [String: TemplateValue]
    let kind: TemplateKind
    let misses: Misses

    func child(named name: String) -> Any? {
        switch values[name] {
        case .text(let text):
            return text.isEmpty ? nil : kind.escape(text)
        case .flag(let flag):
            return flag
        case .list(let items):
            return items.map { item in
                TemplateScope(values: values.merging(item) { _, inner in inner }, kind: kind, misses: misses)
            }
        case nil:
            misses.first = misses.first ?? name
            return nil
        }
    }
}
