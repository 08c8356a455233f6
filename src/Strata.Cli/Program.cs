using Strata.Cli;

return await StrataCommand.RunAsync(args, Terminal.OfThisProcess(), CancellationToken.None);
