/// Reminders, from the rules to the mail server.
struct ReminderRuns: Part {
    static let name = "reminders"

    func run(in context: BenchContext) async throws -> [Figure] {
        try await context.withWorldCopy { try await run(in: $0, context) }
    }

    private func run(in dataset: Dataset, _ context: BenchContext) async throws -> [Figure] {
        var figures = try await ReminderPlans(dataset: dataset).figures(in: context)
        figures += try await ReminderMemory(dataset: dataset).figures(in: context)
        let office = try await MailOffice.open(in: dataset, context)
        figures += try await ReminderDeliveries(office: office).figures(in: context)
        return figures
    }
}
