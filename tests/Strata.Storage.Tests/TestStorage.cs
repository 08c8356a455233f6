using Microsoft.Extensions.Logging.Abstractions;

namespace Strata.Storage.Tests;

/// <summary>Storage on a database of the test's own.</summary>
internal static class TestStorage
{
    public static SharedDatabase Shared(string connectionString) =>
        new(new StorageOptions { Shared = connectionString }, NullLogger<SharedDatabase>.Instance);
}
