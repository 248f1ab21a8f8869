/// Reminders, from the rules to the mail server.
struct ReminderRuns: Part {
    static let name = "reminders"

    func run(in workshop: Workshop) async throws -> [Figure] {
        try await workshop.withWorldCopy { try await run(in: $0, workshop) }
    }

    private func run(in world: World, _ workshop: Workshop) async throws -> [Figure] {
        var figures = try await ReminderPlans(world: world).figures(in: workshop)
        figures += try await ReminderMemory(world: world).figures(in: workshop)
        let office = try await MailOffice.open(in: world, workshop)
        figures += try await ReminderDeliveries(office: office).figures(in: workshop)
        return figures
    }
}
