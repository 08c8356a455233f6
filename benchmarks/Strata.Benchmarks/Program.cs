using Strata.Benchmarks.JsonSchema;

await Validation.Run();
Throughput.Run();
