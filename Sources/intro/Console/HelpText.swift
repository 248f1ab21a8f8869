/// Returns a help text with the options that every command has after its own.
///
/// The argument parser prints titled groups of options before the others, and options before subcommands. The order
/// here is arguments, subcommands, own options, global options.
///
/// - Parameters:
///   - text: The help text of the argument parser.
///   - title: The title of the group of global options.
/// - Returns: The same text with its sections in another order.
func orderedHelp(_ text: String, globalTitle title: String = "Global options") -> String {
    let blocks = text.split(separator: "\n\n", omittingEmptySubsequences: false).map(String.init)
    let global = blocks.filter { $0.hasPrefix("\(title.uppercased()):\n") }
    guard !global.isEmpty else { return text }
    let options = blocks.filter { $0.hasPrefix("OPTIONS:\n") }
    var others = blocks.filter { !global.contains($0) && !options.contains($0) }
    let isNote = { (block: String) in block.hasPrefix("  See '") || block.isEmpty }
    let end = (others.lastIndex { !isNote($0) } ?? -1) + 1
    others.insert(contentsOf: (options + global).map { trimmingNewlines($0) }, at: end)
    return others.joined(separator: "\n\n")
}

private func trimmingNewlines(_ text: String) -> String {
    var text = text
    while text.last == "\n" { text.removeLast() }
    return text
}
