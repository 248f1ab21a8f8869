public import ArgumentParser
public import Jobs

extension JobState: ExpressibleByArgument {}
