/// Which templates include which.
struct TemplateInclusions {
    /// Something wrong with what a template includes.
    enum Fault: Hashable {
        /// There is no template of that name.
        case missing(String)
        /// By way of the others named, the template includes itself, and would never end.
        case endless([String])
        /// The template is named by a value, which none of ours is.
        case unnamed
    }

    private let tags: [String: [TemplateTag]]

    /// Takes the tags of all templates, by their names.
    init(_ tags: [String: [TemplateTag]]) {
        self.tags = tags.mapValues { $0.filter { $0.role == .inclusion || $0.role == .inheritance } }
    }

    /// What is wrong with a template's own inclusions, by the line.
    func faults(of template: String) -> [(line: Int, fault: Fault)] {
        tags[template, default: []].compactMap { tag in
            fault(of: tag, in: template).map { (tag.line, $0) }
        }
    }

    /// The template and all that it includes, directly or not.
    func closure(of template: String) -> Set<String> {
        var (found, waiting): (Set<String>, [String]) = ([], [template])
        while let next = waiting.popLast() {
            guard found.insert(next).inserted else { continue }
            waiting += tags[next, default: []].map(\.name).filter { tags[$0] != nil }
        }
        return found
    }

    private func fault(of tag: TemplateTag, in template: String) -> Fault? {
        if tag.name.hasPrefix("*") { return .unnamed }
        guard tags[tag.name] != nil else { return .missing(tag.name) }
        return path(from: tag.name, to: template).map { .endless($0) }
    }

    /// The templates by which one includes the other, itself first; `nil` where it does not.
    private func path(from start: String, to end: String) -> [String]? {
        var (known, waiting): (Set<String>, [[String]]) = ([start], [[start]])
        while let path = waiting.popLast(), let last = path.last {
            if last == end { return path }
            for tag in tags[last, default: []] where known.insert(tag.name).inserted {
                waiting.append(path + [tag.name])
            }
        }
        return nil
    }
}
