using Strata.Benchmarks;
using Strata.Benchmarks.JsonSchema;

return await Benchmark.RunAsync(
    args,
    new("json-schema/validation", Validation.RunAsync),
    new("json-schema/throughput", Throughput.RunAsync));
