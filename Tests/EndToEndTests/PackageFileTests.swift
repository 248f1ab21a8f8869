import Foundation
import Testing

@Suite("the files of the package")
struct PackageFileTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../deploy").standardized

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    @Test("the dashboard queries only metrics that a runner exports, in each panel")
    func dashboard() async throws {
        let dashboard = try JSONDecoder().decode(JSON.self, from: Data(text("grafana/intro.json").utf8))
        let panels = dashboard["panels"]?.items ?? []
        let queries = panels.map { $0["targets"]?.items.compactMap { $0["expr"]?.text } ?? [] }
        #expect(panels.count >= 10 && queries.allSatisfy { !$0.isEmpty })
        let names = /\b(?:intro|jobs|reminders|database)_[a-z_]+\b/
        let used = Set(queries.joined().flatMap { $0.matches(of: names).map { String($0.output) } })
        try await Studio.with { studio in
            let file = studio.home + "/intro.prom"
            #expect(try await studio.intro("run", "--drain", "--metrics-file", file).exit == 0)
            let metrics = try String(contentsOfFile: file, encoding: .utf8)
            let exported = Set(metrics.matches(of: #/(?m)^[a-z_]+/#).map { String($0.output) })
            #expect(used.isSubset(of: exported), "\(used.subtracting(exported))")
        }
    }

    @Test("the settings file explains each setting, shows a valid value, and changes nothing")
    func settings() async throws {
        let file = try text("package.d/intro.json")
        try await TemporaryHome.with { folder in
            func config(_ text: String) async throws -> [JSON] {
                try text.write(toFile: folder.path + "/intro.json", atomically: false, encoding: .utf8)
                let listed = try await IntroBinary.run("config", "--json", in: folder.path)
                try #require(listed.exit == 0, "\(listed.stderr)")
                return try listed.printed.items
            }
            let shipped = try await config(file)
            #expect(shipped.allSatisfy { $0["source"] == "default" }, "\(shipped)")
            let members = try JSONDecoder().decode(JSON.self, from: Data(file.utf8))
            let keys = shipped.compactMap { $0["key"]?.text }
            for key in keys {
                #expect((members["// \(key)"]?.text.count ?? 0) > 20, "\(key) has an explanation")
                #expect(members["//\(key)"] != nil, "\(key) has an example")
            }
            // Without the slashes before their names, all examples are settings.
            let active = file.replacing(#/"\/\/(?=[a-z_.]+": [^\n]*\n)(?!usage)/#) { _ in "\"" }
            let changed = try await config(active)
            #expect(changed.allSatisfy { $0["from"]?.text == folder.path + "/intro.json" }, "\(changed)")
            #expect(members.names.count == 2 * keys.count + 2, "each setting of the file exists")
        }
    }

    @Test("members whose names begin with slashes are comments at each level, and other unknown ones are refused")
    func comments() async throws {
        try await TemporaryHome.with { folder in
            let path = folder.path + "/intro.json"
            let commented = #"{"//": ["a", {"b": 1}], "mail": {"// rate": "x.y", "//rate": "20/s", "rate": "5/s"}}"#
            try commented.write(toFile: path, atomically: false, encoding: .utf8)
            let listed = try await IntroBinary.run("config", "--json", in: folder.path).printed.items
            #expect(listed.filter { $0["source"] == "file" }.map { $0["key"] } == ["mail.rate"])
            try #"{"/mail.rate": "5/s"}"#.write(toFile: path, atomically: false, encoding: .utf8)
            #expect(try await IntroBinary.run("config", "--json", in: folder.path).exit == 78)
        }
    }
}
